import pytest
import torch

from mmmotion.models.motion_models import (
    AffineMotion,
    ConstantMotion,
    FlowPooling,
)


def scene():
    torch.manual_seed(1)
    return torch.randn(2, 3, 6, 8).softmax(dim=1), torch.randn(2, 2, 6, 8)


@pytest.mark.parametrize('weighting', ['linear', 'square'])
def test_the_learned_mean_stands_for_the_mean_of_every_region(weighting):
    masks, flow = scene()
    motion = ConstantMotion(weighting, pooling_channels=5)
    fit = motion(masks, flow)
    weights = masks**2 if weighting == 'square' else masks
    learned = []
    maps = motion.pooling.before(flow)
    for k in range(3):
        weight = weights[:, k:k + 1] / weights[:, k:k + 1].sum((2, 3), True)
        learned.append(motion.pooling.after((maps * weight).sum((2, 3))))
    vectors = torch.stack(learned, dim=1)
    torch.testing.assert_close(fit.params[:, :, 0].float(), vectors)
    torch.testing.assert_close(
        fit.flow, torch.einsum('bkhw,bkc->bchw', masks, vectors)
    )


def test_slopes_of_the_fit_stay():
    masks, flow = scene()
    plain = AffineMotion('linear')(masks, flow)
    fit = AffineMotion('linear', pooling_channels=5)(masks, flow)
    torch.testing.assert_close(fit.params[:, :, 1:], plain.params[:, :, 1:])
    blended = (fit.region_flows() * masks[:, :, None]).sum(dim=1)
    torch.testing.assert_close(blended, fit.flow)
    assert not torch.allclose(fit.flow, plain.flow, atol=1e-2)


def test_gradients_reach_the_maps_also_where_a_region_is_empty():
    masks, flow = scene()
    masks[:, 0] = 0
    motion = ConstantMotion(pooling_channels=5)
    motion(masks, flow).flow.square().sum().backward()
    for parameter in motion.parameters():
        assert parameter.grad.isfinite().all()
        assert parameter.grad.abs().sum() > 0


def test_rejects_no_channels_and_a_fit_that_is_not_plain():
    with pytest.raises(ValueError, match='channels'):
        FlowPooling(0)
    with pytest.raises(ValueError, match='needs ridge=0'):
        ConstantMotion(ridge=0.1, pooling_channels=5)
