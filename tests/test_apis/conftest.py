"""A small video in which a square moves, and small methods."""

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from PIL import Image

from mmmotion.apis.model_name import find_config


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


@pytest.fixture(autouse=True)
def _plain_config_text(monkeypatch):
    """Formatting the config takes longer than a toy training."""
    monkeypatch.setattr(
        'mmengine.config.config.FormatCode', lambda text, **_: (text, False),
        raising=False
    )  # yapf: disable
    monkeypatch.setattr(
        'yapf.yapflib.yapf_api.FormatCode', lambda text, **_: (text, False)
    )


@pytest.fixture
def load_small():
    """Reader of the config of a method, made narrow, for few pixels."""

    def load(method):
        cfg = Config.fromfile(find_config(method))
        for key in ('train_dataloader', 'test_dataloader'):
            if cfg.get(key):
                _shrink(cfg[key].dataset.pipeline)
        if cfg.get('train_dataloader'):
            cfg.train_dataloader.update(
                num_workers=0, persistent_workers=False, batch_size=2
            )
        if cfg.model.type in ('GWM', 'IMAS'):
            cfg.model.encoder.base_channels = 4
            cfg.model.head.in_channels = 4
        if cfg.model.type == 'GWM':
            cfg.model.postprocess = cfg.model.postprocess[:2]
        if cfg.model.type == 'IMAS':
            cfg.model.motion_model.head.update(in_channels=16, channels=8)
        for hook in cfg.get('custom_hooks', []):
            if hook.type == 'ObjectChannelHook':
                hook.num_frames = 2
        return cfg

    return load


def _shrink(pipeline):
    for step in pipeline:
        if 'size' in step:
            step['size'] = (32, 48)
        _shrink(step.get('transforms', []))


@pytest.fixture
def tiny_gwm(load_small):
    """GWM for one's own video, with a narrow network."""
    return load_small('gwm')
