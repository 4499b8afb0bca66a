"""Checks on the names of a state dict that several sources share."""

import re
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


def strip_prefixes(
    state_dict: Mapping[str, Any],
    prefixes: Iterable[str],
    dropped: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Remove what wrappers put before the names.

    Args:
        state_dict: State dict in the names of the original implementation.
        prefixes: Removed one after the other where a name has them.
        dropped: Beginnings of the names, without prefixes, to leave out.
    """
    stripped = {}
    for key, value in state_dict.items():
        name = str(key)
        for prefix in prefixes:
            name = name.removeprefix(prefix)
        if not name.startswith(dropped):
            stripped[name] = value
    return stripped


def count_numbered(names: Iterable[str], pattern: str) -> int:
    """Number of parts that are numbered from 0.

    Args:
        names: Names of the state dict.
        pattern: Expression for the beginning of a name, whose first group is
            the number.

    Returns:
        One more than the largest number, 0 if no name matches.
    """
    found = [re.match(pattern, str(name)) for name in names]
    return max((int(match.group(1)) + 1 for match in found if match),
               default=0)
