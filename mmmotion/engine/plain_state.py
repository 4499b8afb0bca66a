"""Checkpoint content in plain Python types and tensors, and back.

``torch.load`` refuses by default what could execute code. mmengine stores
``HistoryBuffer`` objects and numpy values, which belong to that; the functions
here turn them into dicts, lists and numbers.
"""

import enum
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer, print_log

_PLAIN = (type(None), bool, int, float, complex, str, bytes)
_SAFE = (torch.Tensor, torch.Size, torch.dtype, torch.device)
_WEIGHTS = ('state_dict', 'ema_state_dict')
_DROPPED = object()


def to_plain(value: Any, name: str = 'value') -> Any:  # any object may come
    """Rebuild a nested value from plain types.

    Numpy values become numbers and lists, a history buffer becomes a dict of
    lists, paths become strings; tensors stay. What has no plain form is left
    out (None in a list) with a warning.

    Args:
        value: Nested value; it is not changed.
        name: Where the value stands, for the warning.

    Returns:
        The plain value, None if it has no plain form.
    """
    plain = _convert(value, name)
    return None if plain is _DROPPED else plain


def plain_checkpoint(checkpoint: dict[str, Any]) -> None:
    """Make everything but the weights of a checkpoint plain, in place."""
    for key in [key for key in checkpoint if key not in _WEIGHTS]:
        checkpoint[key] = to_plain(checkpoint[key], key)


def restore_history_buffers(checkpoint: dict[str, Any]) -> None:
    """Undo :func:`plain_checkpoint` where mmengine needs its own type."""
    hub = checkpoint.get('message_hub')
    if not isinstance(hub, dict):
        return
    scalars = hub.get('log_scalars', {})
    for key, value in scalars.items():
        if isinstance(value, dict) and 'log_history' in value:
            scalars[key] = HistoryBuffer(**value)


def _convert(value: Any, name: str) -> Any:  # any object may come
    if type(value) in _PLAIN or isinstance(value, _SAFE):
        return value
    if isinstance(value, HistoryBuffer):
        history, counts = value.data
        return dict(
            log_history=history.tolist(),
            count_history=counts.tolist(),
            max_length=int(value.max_length),
        )
    if isinstance(value, Mapping):
        pairs = {
            _convert(key, name): _convert(item, f'{name}.{key}')
            for key, item in value.items()
        }
        return {
            key: item
            for key, item in pairs.items()
            if key is not _DROPPED and item is not _DROPPED
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return _convert_sequence(value, name)
    return _convert_scalar(value, name)


def _convert_sequence(
    value: list | tuple | set | frozenset, name: str
) -> list | tuple:
    if isinstance(value, (set, frozenset)):
        value = sorted(value, key=repr)
    items = [to_plain(item, f'{name}[{i}]') for i, item in enumerate(value)]
    return tuple(items) if isinstance(value, tuple) else items


def _convert_scalar(value: Any, name: str) -> Any:  # any object may come
    if isinstance(value, (np.ndarray, np.generic)) and value.dtype != object:
        return _convert(value.tolist(), name)
    if isinstance(value, enum.Enum):
        return _convert(value.value, name)
    if isinstance(value, Path):
        return str(value)
    for base in (int, float, str):  # subclasses, like an index with extras
        if isinstance(value, base):
            return base(value)
    print_log(
        f'{name} of type {type(value).__name__} is not stored in the '
        'checkpoint: only plain values and tensors load without running code',
        logger='current',
        level=logging.WARNING,
    )
    return _DROPPED
