import numpy as np
import pytest

from mmmotion.datasets import RandomReverse
from mmmotion.registry import TRANSFORMS


def clip(gaps=(1, -1), num_frames=3):
    """The flow of gap n of frame t is (10 t + n, 0) everywhere."""
    flows = np.zeros((num_frames * len(gaps), 4, 5, 2), np.float32)
    for t in range(num_frames):
        for i, gap in enumerate(gaps):
            flows[t * len(gaps) + i, ..., 0] = 10 * t + gap
    masks = np.zeros((num_frames, 1, 4, 5), bool)
    masks[0] = True
    return dict(
        draw=0,
        seed=0,
        flows=flows,
        flow_gaps=gaps * num_frames,
        gt_masks=masks,
        gt_amodal_masks=masks,
    )


def test_backwards_the_next_frame_is_the_one_before():
    results = TRANSFORMS.build(dict(type='RandomReverse',
                                    prob=1)).transform(clip())
    values = results['flows'][:, 0, 0, 0].tolist()
    assert values == [19, 21, 9, 11, -1, 1]
    assert results['gt_masks'][:, 0, 0, 0].tolist() == [False, False, True]
    assert results['reverse'] is True


def test_twice_backwards_is_forwards():
    reverse = RandomReverse(prob=1)
    gaps = (1, -1, 2, -2)
    results = reverse.transform(reverse.transform(clip(gaps)))
    for key in ('flows', 'gt_amodal_masks'):
        assert np.array_equal(results[key], clip(gaps)[key])


def test_it_happens_with_the_given_probability():
    reverse = RandomReverse(prob=0.3)
    found = [
        reverse.transform(dict(clip(), draw=n))['reverse'] for n in range(500)
    ]
    assert np.mean(found) == pytest.approx(0.3, abs=0.06)


def test_what_cannot_be_reversed_is_refused():
    reverse = RandomReverse(prob=1)
    with pytest.raises(ValueError, match=r'the gaps \[-1\] beside'):
        reverse.transform(clip(gaps=(1, )))
    with pytest.raises(ValueError, match='no frames'):
        reverse.transform(dict(clip(), frames=np.zeros((3, 4, 5, 3))))
    with pytest.raises(ValueError, match=r'prob in \[0, 1\]'):
        RandomReverse(prob=2)


def test_what_is_visible_goes_with_its_flow():
    results = clip()
    results['gt_visible'] = results['flows'][..., 0]
    results = RandomReverse(prob=1).transform(results)
    assert np.array_equal(results['gt_visible'], results['flows'][..., 0])
