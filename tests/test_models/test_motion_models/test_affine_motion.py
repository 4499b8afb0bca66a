import torch

from mmmotion.models.motion_models import AffineMotion

# Pixel centres of four columns and two rows.
X = torch.tensor([-0.75, -0.25, 0.25, 0.75]).expand(2, 4)
Y = torch.tensor([[-0.5], [0.5]]).expand(2, 4)


def test_parameters_are_offset_and_slopes():
    flow = torch.stack([1 + 2 * X - 3 * Y, 0.5 * Y])[None]
    fit = AffineMotion()(torch.ones(1, 1, 2, 4), flow)
    expected = torch.tensor([[1, 0], [2, 0], [-3, 0.5]], dtype=torch.float64)
    torch.testing.assert_close(fit.params[0, 0], expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(fit.flow, flow)


def test_what_is_not_affine_is_left_over():
    flow = torch.stack([X * Y, 1 + X])[None]
    fit = AffineMotion()(torch.ones(1, 1, 2, 4), flow)
    left = torch.stack([X * Y, torch.zeros(2, 4)])[None]
    torch.testing.assert_close(flow - fit.flow, left)
