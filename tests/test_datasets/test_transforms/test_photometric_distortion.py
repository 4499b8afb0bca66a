import cv2
import numpy as np
import pytest

from mmmotion.datasets import PhotometricDistortion
from mmmotion.registry import TRANSFORMS

ONE = (1, 1)


def distort(frames, draw=0, **settings):
    settings = dict(
        brightness=0, contrast=ONE, saturation=ONE, hue=0
    ) | settings
    results = dict(frames=frames, draw=draw, seed=0)
    return PhotometricDistortion(**settings).transform(results)['frames']


def noise(num_frames=1):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (num_frames, 6, 7, 3), dtype=np.uint8)


def test_all_frames_change_alike_and_stay_8_bit():
    frames = np.concatenate([noise()] * 2)
    changed = 0
    for draw in range(20):
        results = dict(frames=frames, draw=draw, seed=0)
        after = PhotometricDistortion().transform(results)['frames']
        assert after.dtype == np.uint8
        np.testing.assert_array_equal(after[0], after[1])
        changed += not np.array_equal(after, frames)
    assert changed > 14  # 1 - 1/2^4 of the draws change something


def test_brightness_is_an_offset_in_half_of_the_draws():
    frames = np.full((1, 2, 2, 3), 100, np.uint8)
    values = np.array([
        distort(frames, n, brightness=32)[0, 0, 0, 0] for n in range(600)
    ])
    # Offsets between 0 and 1 are truncated away too.
    assert np.mean(values == 100) == pytest.approx(0.5 + 1 / 128, abs=0.06)
    assert values.min() in (68, 69) and values.max() in (130, 131)


def test_contrast_is_a_factor_that_is_truncated():
    assert set(
        distort(np.full((1, 1, 1, 3), 101, np.uint8), n, contrast=(0.5,
                                                                   0.5))[0, 0,
                                                                         0, 0]
        for n in range(40)
    ) == {101, 50}


def test_saturation_and_hue_act_on_their_channel_alone():
    red = np.zeros((1, 1, 1, 3), np.uint8)
    red[..., 0], red[..., 1:] = 200, 100
    after = [
        tuple(distort(red, n, saturation=(0, 0))[0, 0, 0]) for n in range(20)
    ]
    assert set(after) == {(200, 100, 100), (200, 200, 200)}
    red[..., 1:] = 0
    turned = np.array([distort(red, n, hue=18)[0, 0, 0] for n in range(1500)])
    hsv = cv2.cvtColor(turned[None].astype(np.uint8), cv2.COLOR_RGB2HSV)[0]
    assert set(hsv[:, 2]) == {200}
    assert set((hsv[:, 0].astype(int) + 90) % 180 - 90) == set(range(-18, 19))


def test_contrast_comes_before_or_after_the_colours():
    frames = noise()
    table = np.clip(np.arange(256) * 1.5, 0, 255).astype(np.uint8)
    grey = cv2.cvtColor(frames[0], cv2.COLOR_RGB2HSV)[..., 2]
    settings = dict(contrast=(1.5, 1.5), saturation=(0.5, 0.5))
    results = {distort(frames, n, **settings).tobytes() for n in range(60)}
    # Untouched, contrast alone, saturation alone, and both in either order.
    assert len(results) == 5
    assert cv2.LUT(frames, table).tobytes() in results
    assert grey.max() * 1.5 > 255  # so that the order does matter


def test_floats_are_refused():
    with pytest.raises(TypeError, match='8 bits, got float32'):
        distort(noise().astype(np.float32))


@pytest.mark.parametrize(
    'settings', [dict(brightness=-1),
                 dict(contrast=(1.5, 0.5)),
                 dict(hue=91)]
)
def test_rejects_bad_settings(settings):
    with pytest.raises(ValueError, match=r'expected .* got '):
        TRANSFORMS.build(dict(type='PhotometricDistortion', **settings))
