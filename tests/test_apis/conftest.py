"""A small video in which a square moves, and small methods."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope='session')
def make_clip():
    """Maker of frames: a textured square that moves over a textured wall."""

    def make(num_frames=6, size=(48, 64), step=3):
        rng = np.random.default_rng(0)
        wall = rng.integers(0, 160, (size[0] // 4, size[1] // 4, 3), np.uint8)
        wall = cv2.resize(wall, size[::-1], interpolation=cv2.INTER_CUBIC)
        square = rng.integers(120, 256, (5, 5, 3), np.uint8)
        square = cv2.resize(square, (16, 16), interpolation=cv2.INTER_CUBIC)
        frames = []
        for t in range(num_frames):
            frame = wall.copy()
            x = 8 + step * t % (size[1] - 24)
            frame[12:28, x:x + 16] = square
            frames.append(frame)
        return frames

    return make


@pytest.fixture
def clip(make_clip):
    """Six frames of 48 x 64 pixels."""
    return make_clip()


@pytest.fixture
def folder(clip, tmp_path):
    """The frames as files."""
    path = tmp_path / 'square'
    path.mkdir()
    for t, frame in enumerate(clip):
        Image.fromarray(frame).save(path / f'f{t}.png')
    return path


@pytest.fixture
def tiny_gwm():
    """The config of GWM for one's own video, with a narrow network."""
    cfg = Config.fromfile(ROOT / 'configs/gwm/gwm_unet-tiny_video.py')
    cfg.model.encoder.update(base_channels=4, num_stages=2)
    cfg.model.head.in_channels = 4
    cfg.model.postprocess = cfg.model.postprocess[:1]
    cfg.train_dataloader.update(
        num_workers=0, persistent_workers=False, batch_size=2
    )
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        _shrink(loader.dataset.pipeline)
    return cfg


def _shrink(pipeline):
    for step in pipeline:
        if 'size' in step:
            step['size'] = (24, 32)
        _shrink(step.get('transforms', []))
