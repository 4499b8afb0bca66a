"""Fixtures that every test may use."""

import importlib.util
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope, init_default_scope
from PIL import Image

ROOT = Path(__file__).parents[1]


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def _scope():
    """Build unscoped types from this package, as a config file does."""
    torch.manual_seed(0)
    if DefaultScope.get_current_instance() is None:
        init_default_scope('mmmotion')


@pytest.fixture(scope='session')
def data_dir() -> Path:
    """The folder with the small reference files."""
    return ROOT / 'tests' / 'data'


@pytest.fixture(scope='session')
def golden(data_dir) -> Callable:
    """Reader of a reference file: name -> (seeded state dict, arrays)."""
    module = _load(ROOT / 'tools' / 'analysis_tools' / 'seeded_state.py')
    return lambda name: module.load_golden(str(data_dir / name))


@pytest.fixture(scope='session')
def repo_root() -> Path:
    """The root of the source tree."""
    return ROOT


@pytest.fixture(scope='session')
def load_tool() -> Callable[[str], ModuleType]:
    """Importer of a command-line tool by its path below ``tools/``."""
    return lambda name: _load(ROOT / 'tools' / name)


@pytest.fixture(scope='module')
def browser(tmp_path_factory) -> Iterator:
    """A real browser without a window, or the test is skipped.

    It is the system's Chromium, driven by its own chromedriver: nothing is
    downloaded, and the browser asks no host but those of the test.
    """
    reason = 'selenium, of requirements/browser.txt, is not installed'
    pytest.importorskip('selenium', reason=reason)
    programs = [shutil.which(name) for name in ('chromium', 'chromedriver')]
    if None in programs:
        pytest.skip('chromium and chromedriver are not installed')
    browser = _load(ROOT / 'tests' / 'data' / 'browser.py')
    profile = tmp_path_factory.mktemp('browser') / 'profile'
    with browser.Browser(*programs, profile) as opened:
        yield opened


@pytest.fixture(scope='session')
def raft_models() -> ModuleType:
    """torchvision's networks for optical flow, or the test is skipped.

    A torchvision that was built for another torch lacks its operators, of
    which these networks need none: then the two that its import asks for are
    declared.
    """
    name = 'torchvision.models.optical_flow'
    if importlib.util.find_spec('torchvision') is None:
        pytest.skip('torchvision is not installed')
    try:
        return importlib.import_module(name)
    except RuntimeError:
        for operator in ('nms', 'qnms'):
            torch.library.define(
                f'torchvision::{operator}',
                '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor',
            )
        return importlib.import_module(name)


@pytest.fixture(scope='session')
def voc_tree() -> Callable[[Path], Path]:
    """Writer of a small PASCAL VOC 2012 into a folder, which it returns.

    Every image is noise with a bright rectangle of class 1, 2 or 20, whose
    outline has no class. Three are for training and two for validation.
    """
    lists = dict(
        train=(('a', 1), ('b', 2), ('c', 20)), val=(('d', 1), ('e', 2))
    )

    def write(root: Path) -> Path:
        for folder in ('JPEGImages', 'SegmentationClass',
                       'ImageSets/Segmentation'):
            (root / folder).mkdir(parents=True)
        for split, images in lists.items():
            names = [f'2007_{name}' for name, _ in images]
            path = root / f'ImageSets/Segmentation/{split}.txt'
            path.write_text('\n'.join(names) + '\n')
            for name, label in zip(names, [label for _, label in images]):
                _write_labelled(root, name, label)
        return root

    return write


def _write_labelled(root: Path, name: str, label: int) -> None:
    rng = np.random.default_rng(label)
    height, width = size = 40 + label, 64 - label
    image = rng.integers(0, 60, (*size, 3), dtype=np.uint8)
    labels = np.zeros(size, np.uint8)
    labels[9:height - 9, 9:width - 9] = 255
    labels[10:height - 10, 10:width - 10] = label
    image[labels == label, label % 3] = 200
    Image.fromarray(image).save(root / f'JPEGImages/{name}.jpg', quality=95)
    drawn = Image.fromarray(labels, mode='P')
    drawn.putpalette(rng.integers(0, 256, 768).astype(np.uint8).tobytes())
    drawn.save(root / f'SegmentationClass/{name}.png')
