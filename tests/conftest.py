"""Fixtures that every test may use."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from mmengine.registry import DefaultScope, init_default_scope

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
