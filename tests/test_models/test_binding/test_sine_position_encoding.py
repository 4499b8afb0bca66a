import math

import pytest
import torch

from mmmotion.models.binding import sine_position_encoding


def test_value_by_hand():
    encoding = sine_position_encoding((3, 5), 8)
    assert encoding.shape == (8, 3, 5)
    for row, column, channel in [(0, 0, 0), (1, 4, 1), (2, 1, 2), (0, 3, 3),
                                 (2, 2, 4), (1, 0, 5), (0, 1, 6), (1, 2, 7)]:
        axis, j = divmod(channel, 4)
        angle = 2 * math.pi * ((row + 1) / 3 if axis == 0 else
                               (column + 1) / 5)
        angle = angle / 10000**(2 * (j // 2) / 4)
        expected = math.cos(angle) if j % 2 else math.sin(angle)
        assert encoding[channel, row, column] == pytest.approx(
            expected, abs=1e-5
        )


def test_every_cell_is_told_apart():
    cells = sine_position_encoding((6, 7), 16).flatten(1).T
    distance = torch.cdist(cells, cells) + torch.eye(42)
    assert distance.min() > 0.1


def test_type_is_that_which_is_asked_for():
    encoding = sine_position_encoding((2, 2), 4, dtype=torch.bfloat16)
    assert encoding.dtype == torch.bfloat16


def test_channels_belong_to_two_axes_in_pairs():
    with pytest.raises(ValueError, match='multiple of 4, got 6'):
        sine_position_encoding((2, 2), 6)
