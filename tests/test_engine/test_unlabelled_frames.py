import pytest
from mmengine.dataset import ConcatDataset

from mmmotion.datasets import SyntheticMotion
from mmmotion.datasets.draw import FrameDraw
from mmmotion.engine.unlabelled_frames import (
    draw_frames,
    first_frames,
    load_unlabelled,
)


class ShowEntry:
    """A transform that returns what the data set lists."""

    def __call__(self, results):
        return results


def make_dataset(num_videos=3, **kwargs):
    dataset = SyntheticMotion(
        num_videos=num_videos,
        num_frames=4,
        size=(16, 24),
        gaps=(1, -1),
        pipeline=[ShowEntry()],
        serialize_data=False,
        **kwargs,
    )
    for entry in dataset.data_list:
        entry.update(mask_path='truth.png', gt_boxes=1)
    return dataset


def names(samples):
    return [(s['video_id'], s['frame_id']) for s in samples]


def test_frames_are_drawn_as_in_a_training_but_on_every_process():
    dataset = make_dataset()
    sampler = dict(type='VideoSampler', num_gaps=1)
    draws = draw_frames(dataset, sampler, 6)
    assert [draw.draw for draw in draws] == list(range(6))
    assert all(len(draw.gaps) == 1 for draw in draws)
    assert draws == draw_frames(dataset, sampler, 6)
    assert draws != draw_frames(dataset, sampler, 6, seed=1)


@pytest.mark.parametrize('count, expected', [
    (3, [0, 6, 11]),
    (99, list(range(12))),
])  # yapf: disable
def test_without_draws_frames_are_spread_evenly(count, expected):
    sampler = dict(type='VideoShardSampler')
    assert draw_frames(make_dataset(), sampler, count) == expected


def test_the_first_frame_of_each_video():
    assert first_frames(make_dataset()) == [0, 4, 8]


def test_no_annotation_is_loaded():
    dataset = make_dataset()
    draws = [FrameDraw(5, 7, 1, (1, )), FrameDraw(2), FrameDraw(5)]
    samples = list(load_unlabelled(dataset, draws))
    assert names(samples) == names(dataset[int(draw)] for draw in draws)
    assert (samples[0]['draw'], samples[0]['gaps']) == (7, (1, ))
    assert 'mask_path' in dataset[5]
    for sample in samples:
        assert not {'mask_path', 'gt_boxes'} & set(sample)


def test_parts_of_a_concatenation_keep_their_frames():
    dataset = ConcatDataset([make_dataset(1), make_dataset(2, split='val')])
    draws = [FrameDraw(index) for index in (9, 0, 4, 11)]
    samples = list(load_unlabelled(dataset, draws))
    assert names(samples) == names(dataset[int(draw)] for draw in draws)
    assert all('mask_path' not in sample for sample in samples)
