import math

import pytest
import torch

from mmmotion.postprocessing.crf import ExactKernel


def test_two_points_by_hand():
    kernel = ExactKernel(torch.tensor([[[0.0, 3.0], [0.0, 4.0]]]) / 5)
    weight = math.exp(-0.5)
    expected = torch.tensor([[2 + 10 * weight, 10 + 2 * weight]])
    torch.testing.assert_close(kernel(torch.tensor([[2.0, 10.0]])), expected)


def test_blocks_of_rows_and_samples_fit_together():
    points = torch.rand(2, 3, 700, dtype=torch.float64)
    values = torch.rand(2, 1400, dtype=torch.float64)
    filtered = ExactKernel(points)(values).view(2, 2, 700)
    for i in range(2):
        distance = points[i][:, :, None] - points[i][:, None]
        weight = (-distance.square().sum(0) / 2).exp()
        own = values.view(2, 2, 700)[:, i]
        torch.testing.assert_close(filtered[:, i], own @ weight)


def test_rejects_other_shapes():
    with pytest.raises(ValueError, match=r'\(B, d, N\), got \(5, 60\)'):
        ExactKernel(torch.zeros(5, 60))
