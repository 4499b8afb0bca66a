import pytest
import torch
import torch.nn.functional as F

from mmmotion.models.layers.image_size import fit_size, pad_to_multiple


def grid(h, w):
    return torch.arange(float(h * w)).view(1, 1, h, w)


@pytest.mark.parametrize(
    'size, padded',
    [((64, 96), (64, 96)), ((65, 90), (96, 96)), ((1, 32), (32, 32))],
)
def test_zeros_are_appended_behind_the_last_pixels(size, padded):
    image = 1 + grid(*size)
    result = pad_to_multiple(image, 32)
    assert result.shape[-2:] == padded
    torch.testing.assert_close(result[..., :size[0], :size[1]], image)
    assert result.sum() == image.sum()


@pytest.mark.parametrize(
    'size, top, left',
    [
        ((128, 224), 1, 1),
        ((127, 226), 2, 0),  # half a pixel is rounded to the even offset
        ((125, 221), 2, 2),
    ],
)
def test_a_small_margin_is_cut_off(size, top, left):
    maps = grid(130, 226)
    expected = maps[..., top:top + size[0], left:left + size[1]]
    torch.testing.assert_close(fit_size(maps, size), expected)


@pytest.mark.parametrize(
    'size',
    [
        (12, 24),  # larger than the maps
        (10, 22),  # one side is as large, the other larger
        (9, 20),  # more than a tenth smaller on one side
        (10, 18),
    ],
)
def test_other_sizes_are_interpolated(size):
    maps = grid(10, 20)
    expected = F.interpolate(maps, size=size, mode='bilinear')
    torch.testing.assert_close(fit_size(maps, size), expected)


def test_the_margin_may_be_just_below_a_tenth():
    maps = grid(109, 110)
    torch.testing.assert_close(
        fit_size(maps, (100, 101)), maps[..., 4:104, 4:105]
    )
    assert not torch.equal(fit_size(maps, (99, 100)), maps[..., 5:104, 5:105])
