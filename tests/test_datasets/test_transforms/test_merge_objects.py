import numpy as np
import pytest

from mmmotion.registry import TRANSFORMS


@pytest.mark.parametrize('lead', [(), (4, )])
def test_objects_become_their_union(lead):
    masks = np.random.default_rng(0).random((*lead, 3, 5, 6)) > 0.7
    merged = TRANSFORMS.build(dict(type='MergeObjects')).transform(
        dict(
            gt_masks=masks,
            gt_amodal_masks=masks,
            gt_layer_order=np.array([2, 0, 1]),
        )
    )
    for key in ('gt_masks', 'gt_amodal_masks'):
        assert merged[key].shape == (*lead, 1, 5, 6)
        assert np.array_equal(merged[key][..., 0, :, :], masks.any(axis=-3))
    assert merged['gt_layer_order'].tolist() == [0]


def test_masks_are_needed():
    with pytest.raises(KeyError, match='MergeObjects needs one of'):
        TRANSFORMS.build(dict(type='MergeObjects')).transform(dict(flows=1))
