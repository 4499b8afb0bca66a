from types import SimpleNamespace

import torch

from mmmotion.engine.loops.map_watchers import drop_maps, find_watchers
from mmmotion.evaluation.metrics import (
    MotionSemanticAlignmentMetric,
    VideoSegmentationMetric,
)
from mmmotion.structures import MotionDataSample


def frame(index):
    sample = MotionDataSample(
        metainfo=dict(
            video_id='a', frame_id=str(index), frame_index=index, num_frames=4
        )
    )
    for position in (-1, 0):
        sample.set_field(torch.zeros(2, 3, 4), f'features_{position}')
    return SimpleNamespace(data_sample=sample)


def test_only_wanted_maps_are_held():
    metrics = [
        VideoSegmentationMetric(),
        MotionSemanticAlignmentMetric(),
        MotionSemanticAlignmentMetric(features='segmentor'),
        MotionSemanticAlignmentMetric(
            features='segmentor', in_index=0, every=2
        ),
    ]
    watchers = find_watchers(metrics)
    assert watchers == metrics[2:]
    frames = [frame(index) for index in range(4)]
    drop_maps(watchers, frames)
    held = [sorted(f.data_sample.keys()) for f in frames]
    assert held == [['features_-1', 'features_0'], [], ['features_0'], []]
