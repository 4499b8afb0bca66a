import math

import pytest
import torch

from mmmotion.models.losses import FlowSmoothnessLoss, flow_roughness
from mmmotion.registry import MODELS


def ramp(slope, size=(4, 6)):
    """Flow whose horizontal part grows along x."""
    flow = torch.zeros(1, 2, *size)
    flow[:, 0] = slope * torch.arange(size[1])
    return flow


def flat(size=(4, 6)):
    return torch.full((1, 3, *size), 0.5)


def test_a_ramp_by_hand():
    # Half of 0.6 in one of two flow components, then half per axis.
    first = flow_roughness(ramp(0.6), flat(), order=1)
    torch.testing.assert_close(first, torch.tensor(0.6 / 8))
    second = flow_roughness(ramp(0.6), flat(), order=2)
    torch.testing.assert_close(second, torch.tensor(0.0), atol=1e-6, rtol=0)


def test_a_kink_by_hand():
    flow = torch.zeros(1, 2, 3, 5)
    flow[:, 1, :, 3:] = torch.tensor([1.0, 2.0])
    # One of three second differences of one of two components.
    second = flow_roughness(flow, flat((3, 5)), order=2)
    torch.testing.assert_close(second, torch.tensor(1 / 3 / 2 / 2))


@pytest.mark.parametrize('order', [1, 2])
def test_x_and_y_are_alike(order):
    flow, image = torch.rand(1, 2, 5, 7), torch.rand(1, 3, 5, 7)
    torch.testing.assert_close(
        flow_roughness(flow, image, order),
        flow_roughness(flow.mT, image.mT, order),
    )


def test_an_edge_of_the_image_permits_a_jump():
    flow = torch.zeros(1, 2, 4, 6)
    flow[..., 3:] = 1.0
    image = flat()
    image[..., 3:] += 0.3
    ratio = flow_roughness(flow, image) / flow_roughness(flow, flat())
    assert ratio.item() == pytest.approx(math.exp(-3.0), rel=1e-4)


def test_value_does_not_depend_on_resolution():
    loss = FlowSmoothnessLoss()
    small = loss(ramp(1.0, (4, 6)), flat((4, 6)))
    # Twice the pixels, twice the motion, the same slope.
    large = loss(2 * ramp(0.5, (8, 12)), flat((8, 12)))
    torch.testing.assert_close(large, small / 2)


@pytest.mark.parametrize('order', [1, 2])
def test_gradient(order):
    image = torch.rand(1, 3, 4, 5, dtype=torch.double)
    flow = torch.rand(1, 2, 4, 5, dtype=torch.double, requires_grad=True)
    loss = FlowSmoothnessLoss(order)
    assert torch.autograd.gradcheck(lambda flow: loss(flow, image), flow)


def test_built_from_config():
    config = dict(type='FlowSmoothnessLoss', order=2, loss_weight=75.0)
    loss = MODELS.build(config)
    flow, image = torch.rand(1, 2, 5, 7), torch.rand(1, 3, 5, 7)
    expected = 75 * flow_roughness(flow / 5, image, order=2)
    torch.testing.assert_close(loss(flow, image), expected)


def test_errors():
    with pytest.raises(ValueError, match='order must be 1 or 2, got 3'):
        FlowSmoothnessLoss(order=3)
    with pytest.raises(ValueError, match=r'flow is \(4, 6\), the image'):
        FlowSmoothnessLoss()(ramp(1.0), flat((4, 5)))
