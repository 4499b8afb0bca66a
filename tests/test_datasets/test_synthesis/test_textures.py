import colorsys
from dataclasses import replace

import numpy as np
import pytest

from mmmotion.datasets.synthesis.textures import (
    background_family,
    draw_texture,
    fractal_noise,
    object_family,
)

SIZE = (96, 160)
PATTERNS = ('noise', 'marble', 'ridges', 'stripes', 'checks', 'cells', 'spots')


def textures(family, num=24):
    return np.stack([
        draw_texture(np.random.default_rng(seed), SIZE, family)
        for seed in range(num)
    ]).astype(float)


def saturation(pixels):
    high, low = pixels.max(axis=-1), pixels.min(axis=-1)
    return ((high - low) / np.maximum(high, 1)).mean()


def detail(pixels):
    """Mean step between neighbouring pixels."""
    return np.abs(np.diff(pixels, axis=2)).mean()


@pytest.mark.parametrize('pattern', PATTERNS)
def test_opposite_borders_match(pattern):
    family = replace(object_family(128, 1.0), patterns=(pattern, ))
    tiles = textures(family, 6)
    for axis in (1, 2):
        seam = np.take(tiles, 0, axis) - np.take(tiles, -1, axis)
        inside = np.abs(np.diff(tiles, axis=axis))
        steps = inside.mean(axis=(0, 3 - axis, 3))
        assert np.abs(seam).mean() < 1.3 * steps.max()


@pytest.mark.parametrize('pattern', PATTERNS)
def test_every_pattern_has_structure(pattern):
    family = replace(object_family(128, 1.0), patterns=(pattern, ))
    for tile in textures(family, 6):
        assert tile.std(axis=(0, 1)).max() > 5


def test_contrast_separates_objects_from_backgrounds_in_statistics():
    background = textures(background_family(128))
    plain, middle, strong = (
        textures(object_family(128, contrast)) for contrast in (0.0, 0.5, 1.0)
    )
    np.testing.assert_array_equal(plain, background)
    for measure in (saturation, detail):
        assert measure(strong) > measure(middle) > measure(background)


def test_background_colours_stay_muted():
    family = background_family(128)
    for tile in textures(family, 12).reshape(12, -1, 3):
        pixels = tile[::97] / 255
        strongest = max(colorsys.rgb_to_hsv(*pixel)[1] for pixel in pixels)
        assert strongest < family.saturation[1] + 0.05


def test_noise_is_normalised_and_repeats():
    noise = fractal_noise(np.random.default_rng(0), (64, 96), 32, 0.5)
    assert noise.mean() == pytest.approx(0, abs=1e-9)
    assert noise.std() == pytest.approx(1)
    seam = np.abs(noise[0] - noise[-1]).mean()
    assert seam < 2 * np.abs(np.diff(noise, axis=0)).mean()


def test_noise_has_the_coarsest_features_that_were_asked_for():
    rough, smooth = (
        fractal_noise(
            np.random.default_rng(0), (64, 64), feature, 0.5, finest=feature
        ) for feature in (6, 30)
    )
    assert np.abs(np.diff(rough)).mean() > 3 * np.abs(np.diff(smooth)).mean()
