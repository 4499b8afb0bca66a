import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmmotion.datasets import ResizeFrames


def noise(size=(48, 85)):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (2, *size, 3), dtype=np.uint8)


def bicubic_by_hand(image, size):
    """Four taps of Keys' kernel with a = -0.75, edges repeated."""

    def matrix(source, target):
        weights = np.zeros((target, source))
        for i in range(target):
            x = (i + 0.5) * source / target - 0.5
            for tap in range(int(np.floor(x)) - 1, int(np.floor(x)) + 3):
                d = abs(x - tap)
                if d <= 1:
                    w = 1.25 * d**3 - 2.25 * d**2 + 1
                else:
                    w = -0.75 * (d**3 - 5 * d**2 + 8 * d - 4)
                weights[i, np.clip(tap, 0, source - 1)] += w
        return weights

    rows, columns = (matrix(*pair) for pair in zip(image.shape, size))
    return np.clip(rows @ image.astype(float) @ columns.T, 0, 255)


@pytest.mark.parametrize('size', [(12, 22), (96, 100), (48, 30)])
def test_bicubic_has_four_taps_and_is_clipped_not_rounded(size):
    frames = noise()
    resized = ResizeFrames(size).transform(dict(frames=frames))['frames']
    assert resized.shape == (2, *size, 3)
    expected = bicubic_by_hand(frames[1, ..., 2], size)
    np.testing.assert_allclose(resized[1, ..., 2], expected, atol=2e-3)
    assert resized.min() == 0 and resized.max() == 255
    assert (resized != resized.round()).mean() > 0.5


def test_bicubic_equals_that_of_torch():
    frames = noise()
    tensor = torch.from_numpy(frames).permute(0, 3, 1, 2).float().contiguous()
    expected = F.interpolate(tensor, (12, 22), mode='bicubic').clamp(0, 255)
    resized = ResizeFrames((12, 22)).transform(dict(frames=frames))['frames']
    torch.testing.assert_close(
        torch.from_numpy(resized).permute(0, 3, 1, 2),
        expected,
        rtol=0,
        atol=1e-4,  # grey values; layouts in memory round differently
    )


def test_the_same_size_changes_nothing():
    frames = noise()
    resized = ResizeFrames((48, 85)).transform(dict(frames=frames))['frames']
    np.testing.assert_array_equal(resized, frames)


@pytest.mark.parametrize('mode', ['bilinear', 'area'])
def test_other_modes_keep_the_type(mode):
    frames = np.full((2, 8, 8, 3), 70, np.uint8)
    transform = ResizeFrames((4, 6), interpolation=mode)
    resized = transform.transform(dict(frames=frames))['frames']
    assert resized.dtype == np.uint8
    np.testing.assert_array_equal(resized, np.full((2, 4, 6, 3), 70))


def test_area_is_the_mean_of_what_a_pixel_covers():
    frames = noise((8, 8)).astype(np.float32)
    resized = ResizeFrames((4, 4), 'area').transform(dict(frames=frames))
    expected = frames.reshape(2, 4, 2, 4, 2, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(resized['frames'], expected, rtol=1e-5)


@pytest.mark.parametrize(
    'args, message',
    [
        (((0, 4), ), 'size'),
        (((4, ), ), 'size'),
        (((4, 4), 'lanczos'), "got 'lanczos'"),
    ],
)
def test_rejects_bad_settings(args, message):
    with pytest.raises(ValueError, match=message):
        ResizeFrames(*args)


@pytest.mark.parametrize(
    'size, expected', [
        ((480, 854), (392, 697)),
        ((720, 1280), (392, 697)),
        ((240, 320), (392, 523)),
        ((320, 240), (523, 392)),
    ]
)
def test_a_single_number_is_the_shorter_side(size, expected):
    frames = np.zeros((1, *size, 3), np.uint8)
    resize = ResizeFrames(392, 'bilinear')
    assert resize.transform(dict(frames=frames)
                            )['frames'].shape[1:3] == expected
