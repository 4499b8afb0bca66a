"""Files of distributed data sets, and what is read back."""

import os

import numpy as np
import pytest
from PIL import Image


def save(path, values):
    """Write an image of any format with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(values, np.uint8)).save(path)
    return path


def rectangle(size, *boxes, value=255):
    """A mask with boxes (top, bottom, left, right)."""
    mask = np.zeros(size, np.uint8)
    for top, bottom, left, right in boxes:
        mask[top:bottom, left:right] = value
    return mask


def frame(size, seed=0):
    """A smooth frame, so that JPEG changes it little."""
    ramp = np.linspace(0, 200, size[1], dtype=np.float32) + seed
    return np.tile(ramp[None, :, None], (size[0], 1, 3)).astype(np.uint8)


def names(folder):
    """Names of all files below a folder."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob('*')
        if path.is_file()
    )


def contents(folder):
    """Bytes of all files below a folder by name."""
    return {name: (folder / name).read_bytes() for name in names(folder)}


def stamps(folder):
    """Times of the last change of all files below a folder."""
    return {name: os.stat(folder / name).st_mtime_ns for name in names(folder)}


@pytest.fixture
def logged(monkeypatch):
    """Texts that a preparation logs."""
    from mmmotion.datasets.preparation import moca, prepared_tree
    texts = []
    for module in (moca, prepared_tree):
        monkeypatch.setattr(
            module, 'print_log', lambda text, **kwargs: texts.append(text)
        )
    return texts


@pytest.fixture
def helpers():
    """The functions of this file."""
    from types import SimpleNamespace
    return SimpleNamespace(
        save=save,
        rectangle=rectangle,
        frame=frame,
        names=names,
        contents=contents,
        stamps=stamps,
        read=lambda path: np.array(Image.open(path)),
    )
