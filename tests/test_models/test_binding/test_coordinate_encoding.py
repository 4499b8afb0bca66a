import torch
from torch import nn

from mmmotion.models.binding import CoordinateEncoding


def test_coordinates_reach_from_minus_one_to_one():
    encoding = CoordinateEncoding(3, 3)
    nn.init.eye_(encoding.proj.weight)
    nn.init.zeros_(encoding.proj.bias)
    grid = encoding((3, 5, 2))
    assert grid.shape == (3, 5, 2, 3)
    torch.testing.assert_close(grid[:, 0, 0, 0], torch.tensor([-1.0, 0, 1]))
    torch.testing.assert_close(
        grid[0, :, 0, 1], torch.tensor([-1, -0.5, 0, 0.5, 1])
    )
    torch.testing.assert_close(grid[0, 0, :, 2], torch.tensor([-1.0, 1]))


def test_a_single_frame_lies_at_the_beginning():
    encoding = CoordinateEncoding(1, 4)
    torch.testing.assert_close(encoding((1, ))[0], encoding((9, ))[0])
