import pytest
import torch

from mmmotion.flow.padding import pad_border, round_up


@pytest.mark.parametrize(
    'size, expected', [(1, 8), (8, 8), (9, 16), (854, 856)]
)
def test_sizes_are_rounded_up(size, expected):
    assert round_up(size, 8) == expected


def test_the_border_is_repeated_around_the_image():
    image = torch.arange(6.0).reshape(1, 1, 2, 3)
    padded = pad_border(image, (4, 5), (1, 2))
    assert padded[0, 0].tolist() == [
        [0, 0, 0, 1, 2],
        [0, 0, 0, 1, 2],
        [3, 3, 3, 4, 5],
        [3, 3, 3, 4, 5],
    ]
