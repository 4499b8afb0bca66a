import numpy as np
import pytest
import torch

from mmmotion.engine.pseudo_labels import LabelMaker
from mmmotion.models.segmentors import FramePrediction
from mmmotion.structures import MotionDataSample


def make_frame(mask, color=None):
    """A frame of two other regions beside the object, channel 1."""
    regions = torch.stack([(1 - mask) / 2, mask, (1 - mask) / 2])
    color = mask if color is None else color
    frames = 255 * color.expand(1, 3, *mask.shape)
    return FramePrediction(regions, dict(frames=frames), MotionDataSample())


def box(rows, columns, value=1.0, size=(16, 24)):
    mask = torch.zeros(size)
    mask[rows, columns] = value
    return mask


def test_without_steps_it_is_where_the_object_is_likely():
    mask = box(slice(2, 6), slice(3, 9), 0.6) + box(0, slice(3, 9), 0.4)
    label = LabelMaker([])(make_frame(mask), 1)
    expected = 255 * (mask.numpy() > 0.5)
    np.testing.assert_array_equal(label, expected)
    assert label.dtype == np.uint8


def test_refinement_may_grow_the_mask_and_a_constraint_only_cut_it():
    color = box(slice(2, 12), slice(3, 15))
    mask = box(slice(2, 12), slice(3, 10), 0.9)
    mask += box(slice(2, 12), slice(10, 15), 0.3)
    crf = dict(type='DenseCRF', size='network', spatial_sigma=20, scale=0.7)
    frame = make_frame(mask, color)
    grown = LabelMaker([crf])(frame, 1)
    np.testing.assert_array_equal(grown > 0, color.numpy() > 0)
    bound = LabelMaker([crf], [dict(type='CutRefinement', num_steps=1)])
    assert (bound(frame, 1) <= grown).all()
    extent = LabelMaker([], [dict(type='SemanticExtent')])
    np.testing.assert_array_equal(extent(frame, 1), 255 * (mask > 0.5))


@pytest.mark.parametrize('limit, applies', [(None, True), (9, False)])
def test_too_large_a_difference_leaves_the_first_mask(limit, applies):
    # The constraint finds the whole left half, the mask two columns.
    color = box(slice(0, 14), slice(0, 8))
    mask = box(slice(0, 14), slice(0, 2), 0.8) + box(15, 20, 0.8)
    extent = dict(type='SemanticExtent', dilation=1, threshold=0.9)
    maker = LabelMaker([], [extent], max_difference=limit)
    expected = mask > 0.5
    if applies:
        expected[15, 20] = False
    label = maker(make_frame(mask, color), 1)
    np.testing.assert_array_equal(label > 0, expected)


def test_maps_of_the_segmentor_are_asked_for():
    step = dict(type='SemanticExtent', features='segmentor', in_index=-2)
    assert LabelMaker([], [step]).feature_indices == (-2, )
    assert LabelMaker([step],
                      [dict(type='CutRefinement')]).feature_indices == (-2, )


def test_rejects_what_it_cannot_use():
    with pytest.raises(ValueError, match='BorderForeground looks at'):
        LabelMaker([dict(type='BorderForeground', vote=True)])
    with pytest.raises(ValueError, match='max_difference must not be'):
        LabelMaker([], max_difference=-1)
