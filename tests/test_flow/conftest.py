"""Videos for the tests of flow."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image


@pytest.fixture(scope='session')
def make_video() -> Callable:
    """The function that writes a video."""
    return _make_video


@pytest.fixture
def frames(tmp_path) -> Path:
    """Folder of the videos a and b, of five and four frames."""
    _make_video(tmp_path / 'frames' / 'a', 5)
    _make_video(tmp_path / 'frames' / 'b', 4, seed=1)
    return tmp_path / 'frames'


def _make_video(folder, num_frames, size=(24, 32), suffix='.png', seed=0):
    """Write a texture that moves two pixels to the right per frame."""
    folder.mkdir(parents=True)
    height, width = size
    noise = np.random.default_rng(seed).uniform(
        0, 255, (height, width + 2 * num_frames, 3)
    )
    texture = cv2.GaussianBlur(noise, (0, 0), 1.5).astype(np.uint8)
    for number in range(num_frames):
        start = 2 * (num_frames - number)
        frame = texture[:, start:start + width]
        Image.fromarray(frame).save(folder / f'{number:05d}{suffix}')
