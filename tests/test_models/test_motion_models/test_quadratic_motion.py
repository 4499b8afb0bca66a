import torch

from mmmotion.flow import unit_coordinates
from mmmotion.models.motion_models import QuadraticMotion


def test_parameters_are_those_of_the_six_monomials():
    x = unit_coordinates(5, torch.float32).expand(4, 5)
    y = unit_coordinates(4, torch.float32)[:, None].expand(4, 5)
    u = 1 - 2 * x + 3 * y + 4 * x * x - 5 * x * y + 6 * y * y
    flow = torch.stack([u, x * y])[None]
    fit = QuadraticMotion()(torch.ones(1, 1, 4, 5), flow)
    expected = torch.tensor([[1, -2, 3, 4, -5, 6], [0, 0, 0, 0, 1, 0]])
    torch.testing.assert_close(
        fit.params[0, 0], expected.T.double(), atol=1e-5, rtol=0
    )
    torch.testing.assert_close(fit.flow, flow, atol=1e-5, rtol=1e-5)


def test_five_pixels_cannot_tell_six_parameters():
    masks = torch.zeros(1, 1, 4, 5)
    masks[..., 0, :] = 1
    fit = QuadraticMotion()(masks, torch.ones(1, 2, 4, 5))
    assert not fit.flow.any()
