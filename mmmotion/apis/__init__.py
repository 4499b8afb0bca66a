"""Entry points for programs that use the toolbox as a library."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .config_path import config_path

if TYPE_CHECKING:
    from .motion_inferencer import MotionInferencer

__all__ = ['MotionInferencer', 'config_path']


def __getattr__(name: str) -> Any:  # whatever the module holds
    """Import the inferencer, which takes seconds, when it is asked for."""
    if name == 'MotionInferencer':
        return import_module('.motion_inferencer', __name__).MotionInferencer
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
