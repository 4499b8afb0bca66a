import pytest
import torch

from mmmotion.models.binding import SegmentPooling
from mmmotion.registry import MODELS


def test_mean_of_each_region():
    pooling = MODELS.build(dict(type='SegmentPooling'))
    features = torch.tensor([[[[1.0, 2.0, 5.0]], [[0.0, 4.0, 8.0]]]])
    masks = torch.tensor([[[[1.0, 1.0, 0.0]], [[0.0, 0.0, 0.5]]]])
    expected = torch.tensor([[[1.5, 2.0], [5.0, 8.0]]])
    torch.testing.assert_close(pooling(features, masks), expected)


def test_constant_features_stay_whatever_the_masks():
    features = torch.full((2, 3, 4, 5), 7.0)
    masks = torch.rand(2, 6, 4, 5)
    pooled = SegmentPooling()(features, masks)
    torch.testing.assert_close(pooled, torch.full((2, 6, 3), 7.0))


def test_gradients():
    features = torch.rand(1, 2, 2, 3, dtype=torch.float64, requires_grad=True)
    masks = torch.rand(1, 2, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(SegmentPooling(), (features, masks))


def test_an_offset_keeps_an_empty_region_finite():
    features, masks = torch.rand(1, 2, 2, 2), torch.zeros(1, 1, 2, 2)
    assert SegmentPooling(eps=0)(features, masks).isnan().all()
    assert (SegmentPooling()(features, masks) == 0).all()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_mixed_precision_does_not_overflow(dtype):
    features = torch.full((1, 1, 96, 96), 20.125)
    masks = torch.ones(1, 1, 96, 96)
    with torch.autocast('cpu', dtype=dtype):
        pooled = SegmentPooling()(features, masks)
    torch.testing.assert_close(pooled, torch.full((1, 1, 1), 20.125))


def test_rejects_other_sizes_and_a_negative_offset():
    with pytest.raises(ValueError, match=r'\(2, 3\) and \(2, 2\)'):
        SegmentPooling()(torch.rand(1, 1, 2, 3), torch.rand(1, 1, 2, 2))
    with pytest.raises(ValueError, match='eps'):
        SegmentPooling(eps=-1.0)
