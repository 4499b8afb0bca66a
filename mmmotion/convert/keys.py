"""Checks on the names of a state dict that several sources share."""

from collections.abc import Iterable, Mapping
from typing import Any

from torch import Tensor

_SHOWN = 5


def check_keys(
    source: str, state_dict: Mapping[str, Any], expected: Iterable[str]
) -> None:
    """Refuse a state dict that does not have exactly the expected tensors.

    Args:
        source: Name of the source, for the message.
        state_dict: State dict in the names of the original implementation.
        expected: All names that it has to have.

    Raises:
        ValueError: If names are missing or belong to another model.
        TypeError: If something is not a tensor.
    """
    expected = list(expected)
    known = set(expected)
    missing = [key for key in expected if key not in state_dict]
    unexpected = [key for key in state_dict if key not in known]
    if missing or unexpected:
        raise ValueError(
            f'this is not a state dict of {source}: '
            f'{_describe("missing", missing)}, '
            f'{_describe("unexpected", unexpected)}'
        )
    for key in expected:
        if not isinstance(state_dict[key], Tensor):
            raise TypeError(
                f'{key} of {source} must be a tensor, got '
                f'{type(state_dict[key]).__name__}'
            )


def _describe(kind: str, keys: list[str]) -> str:
    shown = ', '.join(map(str, keys[:_SHOWN]))
    more = f' and {len(keys) - _SHOWN} more' if len(keys) > _SHOWN else ''
    return f'{len(keys)} {kind}' + (f' ({shown}{more})' if keys else '')
