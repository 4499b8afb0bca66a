import pytest
import torch

from mmmotion.models.losses import CensusLoss, census_distance
from mmmotion.registry import MODELS


def inner_distance(image, other, window_size):
    """From the definition, at the centre of the image."""
    weights = torch.tensor([0.2989, 0.5870, 0.1140]).view(3, 1, 1)
    centre, reach = image.shape[-1] // 2, window_size // 2
    total = 0.0
    greys = [(x[0] * weights).sum(0) * 255 for x in (image, other)]
    for y in range(centre - reach, centre + reach + 1):
        for x in range(centre - reach, centre + reach + 1):
            a, b = ((d / (0.81 + d * d)**0.5).item() for d in
                    (grey[y, x] - grey[centre, centre] for grey in greys))
            total += (a - b)**2 / (0.1 + (a - b)**2)
    return total / window_size**2


@pytest.mark.parametrize('window_size', [3, 7])
def test_windows_follow_the_definition(window_size):
    image, other = torch.rand(2, 1, 3, 9, 9)
    distance = census_distance(image, other, window_size)
    assert distance.shape == (1, 1, 9, 9)
    expected = inner_distance(image, other, window_size)
    assert distance[0, 0, 4, 4].item() == pytest.approx(expected, abs=1e-4)


def test_brightness_does_not_matter():
    image = 0.5 * torch.rand(1, 3, 8, 8)
    loss = CensusLoss()
    assert loss(image, image + 0.4) < 1e-6
    assert loss(image, image.flip(-1)) > 0.1


def test_the_border_does_not_count():
    image = torch.rand(1, 3, 8, 8)
    other = image.clone()
    other[..., 0, 0] = 1 - other[..., 0, 0]
    distance = census_distance(image, other)
    assert distance[0, 0, 1, 1] > 0
    distance[0, 0, 1, 1] = 0
    assert distance.sum() == 0


def test_gradient():
    image, other = torch.rand(2, 1, 3, 5, 5, dtype=torch.double)
    other.requires_grad_()
    assert torch.autograd.gradcheck(
        lambda other: CensusLoss()(image, other), other
    )


def test_hidden_pixels_do_not_count():
    image = torch.rand(1, 3, 6, 12)
    other = image.clone()
    other[..., 6:] = torch.rand(1, 3, 6, 6)
    visible = torch.ones(1, 1, 6, 12)
    visible[..., 6:] = 0
    assert CensusLoss()(image, other) > 0.05
    assert CensusLoss()(image, other, visible) == 0


def test_built_from_config():
    loss = MODELS.build(dict(type='CensusLoss', loss_weight=2.0))
    image, other = torch.rand(2, 1, 3, 9, 9)
    expected = 2 * census_distance(image, other).mean()
    torch.testing.assert_close(loss(image, other), expected)


def test_the_window_needs_a_centre():
    with pytest.raises(ValueError, match='odd window_size of 3 or more'):
        CensusLoss(window_size=2)
