"""Packages that only some estimators need."""

from importlib import import_module
from types import ModuleType

import torch


def import_optional(module: str, user: str, extra: str) -> ModuleType:
    """Import a module of an extra, or say why it cannot be imported.

    Args:
        module: Name of the module.
        user: Who needs it, for the message.
        extra: Name of the extra that installs it.

    Raises:
        ImportError: If the import fails in any way: torchvision raises a
            ``RuntimeError`` beside a torch of another build.
    """
    try:
        return import_module(module)
    except Exception as error:
        raise ImportError(
            f'{user} needs {module}, whose import fails '
            f'({type(error).__name__}: {error}); install it with pip install '
            f"'mmmotion[{extra}]', in the build for torch {torch.__version__}"
        ) from error
