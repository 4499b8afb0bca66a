import numpy as np
import pytest

from mmmotion.datasets import ColorJitter
from mmmotion.datasets.transforms.color_jitter import adjust_hue
from mmmotion.registry import TRANSFORMS


def sample(draw=0, seed=0):
    rng = np.random.default_rng(1)
    return dict(
        draw=draw,
        seed=seed,
        frames=rng.integers(0, 256, (2, 4, 6, 3), dtype=np.uint8),
    )


def test_the_same_draw_gives_the_same_sample():
    transform = ColorJitter(0.3, 0.3, 0.3, 0.1)
    np.random.seed(0)
    first = [transform.transform(sample(draw=n)) for n in range(20)]
    np.random.seed(1)
    again = [transform.transform(sample(draw=n)) for n in range(20)]
    other = [transform.transform(sample(draw=n, seed=1)) for n in range(20)]
    for one, two in zip(first, again):
        np.testing.assert_array_equal(one['frames'], two['frames'])
    assert any(
        not np.array_equal(one['frames'], three['frames'])
        for one, three in zip(first, other)
    )


def test_colours_change_within_range_and_alike_in_all_frames():
    results = sample()
    results['frames'] = np.stack([results['frames'][0]] * 2)
    jitter = ColorJitter(0.5, 0.5, 0.5, 0.5)
    for draw in range(20):
        frames = jitter.transform(dict(results, draw=draw))['frames']
        assert frames.dtype == np.float32
        assert frames.min() >= 0 and frames.max() <= 255.001
        np.testing.assert_array_equal(frames[0], frames[1])


def test_brightness_is_a_factor():
    frames = np.full((1, 4, 4, 3), 100, np.uint8)
    jitter = ColorJitter(brightness=0.4, contrast=0, saturation=0)
    values = [
        jitter.transform(dict(frames=frames, draw=n, seed=0))['frames'][0]
        for n in range(300)
    ]
    assert np.ptp(values[0]) < 1e-3
    assert 60 <= np.min(values) < 64 and 136 < np.max(values) <= 140.001


def test_hue_turns_the_colour_circle():
    red = np.zeros((1, 2, 2, 3), np.float32)
    red[..., 0] = 200
    np.testing.assert_allclose(
        adjust_hue(red, 1 / 3)[0, 0, 0], [0, 200, 0], atol=0.1
    )
    np.testing.assert_allclose(adjust_hue(red, 1.0), red, atol=0.1)


def test_without_strength_nothing_changes():
    results = ColorJitter(0, 0, 0, 0).transform(sample())
    np.testing.assert_allclose(
        results['frames'], sample()['frames'], atol=1e-3
    )
    untouched = ColorJitter(prob=0).transform(sample())['frames']
    assert untouched.dtype == np.uint8


@pytest.mark.parametrize(
    'settings',
    [dict(brightness=-0.1), dict(hue=0.6),
     dict(prob=2)]
)
def test_rejects_bad_settings(settings):
    with pytest.raises(ValueError, match=r'expected .* got '):
        TRANSFORMS.build(dict(type='ColorJitter', **settings))
