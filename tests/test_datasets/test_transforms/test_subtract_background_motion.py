import numpy as np
import pytest

from mmmotion.datasets import SubtractBackgroundMotion
from mmmotion.registry import TRANSFORMS


def scene(height=24, width=32):
    """Flow of a turning camera and of a square that moves by (3, 1) more."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    background = np.stack([2 + 0.01 * x - 0.03 * y, 1 + 0.03 * x], axis=-1)
    moving = np.zeros((height, width, 2), np.float32)
    moving[6:12, 8:16] = (3, 1)
    return background + moving, moving


def test_what_remains_of_the_background_is_nothing():
    flow, moving = scene()
    results = SubtractBackgroundMotion(degree=1).transform(
        dict(flows=np.stack([flow, 2 * flow]))
    )
    assert results['flows'].dtype == np.float32
    np.testing.assert_allclose(results['flows'][0], moving, atol=0.05)
    np.testing.assert_allclose(results['flows'][1], 2 * moving, atol=0.1)


@pytest.mark.parametrize('settings', [dict(degree=3), dict(degree=-1)])
def test_rejects_bad_settings(settings):
    with pytest.raises(ValueError, match=r'expected .* got '):
        TRANSFORMS.build(dict(type='SubtractBackgroundMotion', **settings))
