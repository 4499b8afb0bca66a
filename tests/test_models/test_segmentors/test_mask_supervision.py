import pytest
import torch

from mmmotion.models.losses import MaskCrossEntropyLoss
from mmmotion.models.segmentors.mask_supervision import supervise_masks
from mmmotion.structures import MotionDataSample

LOSS = MaskCrossEntropyLoss()


def sample(num_objects=2, size=(8, 8)):
    masks = torch.zeros(num_objects, *size, dtype=torch.bool)
    for i in range(num_objects):
        masks[i, :, 2 * i:2 * i + 2] = True
    return MotionDataSample(metainfo=dict(video_id='v'), gt_masks=masks)


def regions(order=(0, 1, 2)):
    """Background, two objects and nothing, the last three reordered."""
    objects = sample().gt_masks.float()
    background = 1 - objects.sum(dim=0, keepdim=True)
    others = torch.cat([objects, torch.zeros(1, 8, 8)])[list(order)]
    return torch.cat([background, others])[None, None]


@pytest.mark.parametrize('order', [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_objects_may_be_in_any_region_but_the_first(order):
    assert supervise_masks(LOSS, regions(order), [sample()]) < 1e-5


def test_the_first_region_is_the_background():
    turned = regions()[:, :, [1, 0, 2, 3]]
    assert supervise_masks(LOSS, turned, [sample()]) > 1


def test_every_view_is_compared():
    both = torch.cat([regions(), regions()[:, :, [1, 0, 2, 3]]], dim=1)
    wrong = supervise_masks(LOSS, both[:, 1:], [sample()])
    found = supervise_masks(LOSS, both, [sample()])
    torch.testing.assert_close(found, wrong / 2, atol=1e-5, rtol=1e-4)


def test_masks_follow_the_size_of_the_regions():
    large = sample(size=(16, 8))
    assert supervise_masks(LOSS, regions(), [large]) < 1e-5


@pytest.mark.parametrize(
    'samples, message', [
        ([MotionDataSample()], 'needs gt_masks'),
        ([sample(4)], r'v has 4 objects.* 4 regions.*raise num_slots'),
        ([], 'got none'),
    ]
)
def test_masks_that_do_not_fit_are_named(samples, message):
    with pytest.raises(ValueError, match=message):
        supervise_masks(LOSS, regions(), samples)
