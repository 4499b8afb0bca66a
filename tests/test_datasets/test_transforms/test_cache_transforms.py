import numpy as np
import pytest

from mmmotion.registry import TRANSFORMS


class Counter:
    """Adds an array that tells how often it ran."""

    def __init__(self):
        self.calls = 0

    def __call__(self, results):
        self.calls += 1
        results['frames'] = np.full((2, 2), self.calls, np.float32)
        return results


def sample(frame='0', **kwargs):
    return dict(video_id='cat', frame_id=frame, **kwargs)


def build(*steps, **kwargs):
    return TRANSFORMS.build(
        dict(type='CacheTransforms', transforms=list(steps), **kwargs)
    )


def test_the_same_sample_is_made_once():
    counter = Counter()
    cache = build(counter)
    first, again = cache(sample()), cache(sample(draw=7))
    assert counter.calls == 1
    assert np.array_equal(first['frames'], again['frames'])
    assert again['draw'] == 7


def test_other_gaps_are_another_sample():
    counter = Counter()
    cache = build(counter)
    values = [
        cache(sample(gaps=gaps))['frames'][0, 0] for gaps in ((1, ), (2, ))
    ]
    assert values == [1, 2]
    assert build(counter, depends_on=['video_id'])(sample())['frames'][0, 0]


def test_changes_after_the_cache_do_not_reach_it():
    cache = build(Counter())
    cache(sample())['frames'][:] = 99
    cache(sample())['frames'][:] = 99
    assert cache(sample())['frames'][0, 0] == 1


def test_what_the_transforms_remove_is_removed_each_time():
    cache = build(Counter(), dict(type='RemoveKeys', keys=['mask_path']))
    for _ in range(2):
        assert 'mask_path' not in cache(sample(mask_path='0.png'))


def test_memory_is_bounded():
    counter = Counter()
    cache = build(counter, max_megabytes=20e-6)  # one array of 16 bytes
    for frame in ('0', '1', '0', '1'):
        cache(sample(frame))
    assert counter.calls == 3


def test_a_rejected_sample_stays_rejected():
    cache = build(lambda results: None)
    assert cache(sample()) is None
    assert cache(sample()) is None


def test_builds_its_transforms_from_configs():
    cache = build(dict(type='ClipFlows', limit=2.0))
    flows = np.full((1, 2, 2, 2), 5, np.float32)
    assert cache(sample(flows=flows))['flows'].max() == 2


@pytest.mark.parametrize('cfg', [dict(depends_on=[]), dict(max_megabytes=0)])
def test_rejects_impossible_settings(cfg):
    with pytest.raises(ValueError, match='positive bound'):
        build(Counter(), **cfg)
