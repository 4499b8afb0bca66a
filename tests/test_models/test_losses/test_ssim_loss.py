import pytest
import torch

from mmmotion.models.losses import SSIMLoss, ssim_distance
from mmmotion.registry import MODELS


def slow_distance(image, other, size):
    """SSIM of one window at the top left, from its definition."""
    a, b = (x[..., :size, :size].flatten(-2).double() for x in (image, other))
    mean_a, mean_b = a.mean(-1), b.mean(-1)
    covariance = ((a - mean_a[..., None]) * (b - mean_b[..., None])).mean(-1)
    light = (2 * mean_a * mean_b + 1e-4) / (mean_a**2 + mean_b**2 + 1e-4)
    variance = a.var(-1, correction=0) + b.var(-1, correction=0)
    structure = (2 * covariance + 9e-4) / (variance + 9e-4)
    return ((1 - light * structure) / 2).clamp(0, 1).float()


@pytest.mark.parametrize('size', [3, 5])
def test_windows_follow_the_definition(size):
    image, other = torch.rand(2, 2, 3, 7, 9)
    distance = ssim_distance(image, other, size)
    assert distance.shape == (2, 3, 8 - size, 10 - size)
    torch.testing.assert_close(
        distance[..., 0, 0],
        slow_distance(image, other, size),
        rtol=0,
        atol=1e-4,  # the variances cancel in float32
    )


def test_equal_images_have_no_distance():
    image = torch.rand(1, 3, 8, 8)
    assert SSIMLoss()(image, image) == 0


def test_gradient():
    image, other = torch.rand(2, 1, 2, 5, 5, dtype=torch.double)
    other.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda other: SSIMLoss()(image, other), other
    )


def test_hidden_pixels_do_not_count():
    image = torch.rand(1, 3, 6, 12)
    other = image.clone()
    other[..., 6:] = 0.5
    visible = torch.ones(1, 1, 6, 12)
    visible[..., 6:] = 0
    assert SSIMLoss()(image, other) > 0.05
    assert SSIMLoss()(image, other, visible) == 0


def test_built_from_config():
    loss = MODELS.build(dict(type='SSIMLoss', window_size=5, loss_weight=2.0))
    image, other = torch.rand(2, 1, 3, 9, 9)
    expected = 2 * ssim_distance(image, other, 5).mean()
    torch.testing.assert_close(loss(image, other), expected)


def test_errors():
    with pytest.raises(ValueError, match='odd window_size of 3 or more'):
        SSIMLoss(window_size=4)
    with pytest.raises(ValueError, match='window of 5 does not fit'):
        SSIMLoss(window_size=5)(*torch.rand(2, 1, 3, 4, 9))
