"""What is kept of the numbers of objects."""

import math

import numpy as np

from mmmotion.apis.stages import FrameArrays, Objects
from mmmotion.apis.stages.track import _compact, _summarise
from mmmotion.postprocessing.objects import ObjectSummary


def test_long_videos_have_more_numbers_than_16_bits_hold(tmp_path):
    numbers = np.array([[0, 3, 65535 + 3]], np.int32)
    assert _compact(numbers[:, :2]).dtype == np.uint16
    arrays = FrameArrays(tmp_path, num_frames=1, window=1)
    arrays.write(range(1), [_compact(numbers)])
    objects = Objects(arrays, {3: 0, 65538: 2}, {1: 2.0, 2: 1.5}, True)
    labels = objects.labels(0)
    assert labels.dtype == np.uint8 and labels.tolist() == [[0, 0, 2]]


def test_one_object_has_the_largest_score_that_is_known():
    scores = {1: math.nan, 2: 3.0}
    facts = _summarise(ObjectSummary({5: 1, 9: 2, 10: 0}, scores, True), True)
    assert facts['motion_scores'] == [[1, 3.0]]
    assert facts['mapping'] == [[5, 1], [9, 1], [10, 0]]
