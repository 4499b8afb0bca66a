import torch

from mmmotion.models.binding import LinearPositionEncoding


def test_corners_have_distance_zero_and_one():
    encoding = LinearPositionEncoding(4)
    torch.nn.init.eye_(encoding.proj.weight)
    torch.nn.init.zeros_(encoding.proj.bias)
    grid = encoding((3, 5))
    assert grid.shape == (3, 5, 4)
    # From the top, the left, the bottom and the right.
    torch.testing.assert_close(grid[0, 0], torch.tensor([0.0, 0, 1, 1]))
    torch.testing.assert_close(grid[2, 0], torch.tensor([1.0, 0, 0, 1]))
    torch.testing.assert_close(
        grid[1, 1], torch.tensor([0.5, 0.25, 0.5, 0.75])
    )


def test_weights_fit_any_grid():
    encoding = LinearPositionEncoding(6)
    coarse, fine = encoding((3, 3)), encoding((5, 5))
    torch.testing.assert_close(fine[::2, ::2], coarse)
    assert len(encoding.state_dict()) == 2


def test_gradient_reaches_the_map():
    encoding = LinearPositionEncoding(2)
    encoding((2, 2)).sum().backward()
    # Each coordinate is 0 and 1 twice.
    assert encoding.proj.weight.grad.tolist() == [[2.0] * 4] * 2
