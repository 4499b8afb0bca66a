import numpy as np
import pytest

from mmmotion.evaluation.functional import (
    count_pixels,
    iou_of_counts,
    layer_iou,
)


def clip(*rows):
    """Masks (T, K, 1, 4) from K strings per frame."""
    return np.array([[[[c == '1' for c in mask]] for mask in frame.split()]
                     for frame in rows])


def test_layers_are_matched_once_for_the_clip():
    objects = clip('1100 0011', '1100 0011', '1100 0011')
    layers = clip('0011 1100', '0011 1100', '1100 0011')
    assert layer_iou(layers, objects).tolist() == [1, 1, 0]


def test_score_is_the_mean_iou_of_every_frame():
    objects = clip('1100 0011', '1100 0011')
    layers = clip('1000 0011', '1110 0000')
    expected = [0.75, 1 / 3]
    np.testing.assert_allclose(layer_iou(layers, objects), expected)


def test_empty_objects_do_not_count_but_empty_frames_do():
    objects = clip('1100 0000', '0000 0000')
    layers = clip('1100 0001', '0000 0001')
    assert layer_iou(layers, objects).tolist() == [1, 1]


def test_without_objects_the_score_is_zero():
    empty = clip('0000 0000')
    assert layer_iou(empty, empty).tolist() == [0]


def test_rejects_other_shapes():
    with pytest.raises(ValueError, match=r'\(T, K, H, W\)'):
        layer_iou(np.zeros((2, 3, 4, 4), bool), np.zeros((2, 2, 4, 4), bool))


def test_pixels_are_counted_for_every_pair():
    (layers, ), (objects, ) = clip('1100 0000'), clip('0110 0000')
    both, union = count_pixels(layers, objects)
    assert both.tolist() == [[1, 0], [0, 0]]
    assert union.tolist() == [[3, 2], [2, 0]]
    np.testing.assert_allclose(
        iou_of_counts(np.stack([both, union])), [[1 / 3, 0], [0, 1]]
    )
