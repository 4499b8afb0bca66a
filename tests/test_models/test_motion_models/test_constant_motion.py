import torch

from mmmotion.models.motion_models import ConstantMotion


def test_two_halves_move_by_their_means():
    masks = torch.zeros(1, 2, 2, 4)
    masks[:, 0, :, :2] = 1
    masks[:, 1, :, 2:] = 1
    flow = torch.tensor([[1.0, 3.0, -4.0, -6.0], [5.0, 7.0, 8.0, 8.0]])
    flow = flow[None, :, None].expand(1, 2, 2, 4)
    fit = ConstantMotion()(masks, flow)
    expected = torch.tensor([[2.0, 2, -5, -5], [6, 6, 8, 8]])
    torch.testing.assert_close(fit.flow[0, :, 0], expected)
    assert fit.params[0].tolist() == [[[2, 6]], [[-5, 8]]]
