"""The variants of a config that a search tries."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from mmengine.config import Config

from ..config_check import ConfigError, check_config


@dataclass(frozen=True)
class Variant:
    """One setting of a search.

    Attributes:
        name: Short name that also serves as the name of a folder.
        values: Value (any that a config may hold) by searched key.
    """

    name: str
    values: dict[str, Any]


def list_variants(search: Mapping[str, Any]) -> list[Variant]:
    """List all combinations of values, the last key changing fastest.

    Args:
        search: Values by key; a single one may stand without a list (any
            type that a config may hold).

    Raises:
        ConfigError: If a key has no value, or one twice.
    """
    columns = []
    for key, values in search.items():
        column = values if isinstance(values, list) else [values]
        if not column:
            raise ConfigError(f'nothing to search: {key} has no values')
        texts = [repr(value) for value in column]
        if len(set(texts)) < len(texts):
            raise ConfigError(f'{key} names a value twice: {column}')
        columns.append(column)
    short = _shorten(list(search))
    variants: list[Variant] = []
    for values in product(*columns):
        parts = [f'{name}-{value}' for name, value in zip(short, values)]
        name = re.sub(r'[^\w.+-]+', '_', '_'.join(parts))[:100]
        if any(name == other.name for other in variants):
            name = f'{name}_{len(variants)}'
        variants.append(Variant(name, dict(zip(search, values))))
    return variants


def set_values(cfg: Config, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Set values in a config, in place, and check what comes out.

    Args:
        cfg: The whole config.
        values: Value (any that a config may hold) by key, see
            :func:`find_keys`.

    Returns:
        The keys of the config that each key stood for.

    Raises:
        ConfigError: If a key is unknown.
    """
    found = {key: find_keys(cfg, key) for key in values}
    cfg.merge_from_dict({
        path: values[key]
        for key, paths in found.items()
        for path in paths
    })
    check_config(cfg)
    return found


def find_keys(cfg: Config, key: str) -> list[str]:
    """Find what a key means in a config.

    A key that the config spells means itself. Otherwise its last part means
    all keys of that name below the rest: ``model.num_groups`` is the
    ``num_groups`` of the head and of whatever else has to know the number.
    They must be equal, or it is not clear that they are one setting. What is
    not spelled anywhere is taken for an argument of the component that the
    rest of the key names.

    Args:
        cfg: The whole config.
        key: Dotted key; a number is a position in a list.

    Raises:
        ConfigError: If there is nothing such, or it has several values.
    """
    parent, _, leaf = key.rpartition('.')
    node: Any = cfg._cfg_dict
    for depth, part in enumerate(parent.split('.') if parent else ()):
        child = _step(node, part)
        if child is None:
            raise ConfigError(_unknown(key, part, node, depth))
        node = child
    if _step(node, leaf) is not None or (isinstance(node, Mapping)
                                         and leaf in node):
        return [key]
    below = list(_walk(node, leaf, parent))
    if len({repr(value) for _, value in below}) > 1:
        listed = ', '.join(f'{path}={value!r}' for path, value in below)
        raise ConfigError(
            f'{key} may mean several settings, which differ: {listed}; name '
            'one of them'
        )
    if below:
        return [path for path, _ in below]
    if parent and isinstance(node, Mapping):
        return [key]
    raise ConfigError(_unknown(key, leaf, node, key.count('.')))


def _step(node: Any, part: str) -> Any:
    """The child of a node, None if there is none."""
    if isinstance(node, Mapping):
        return node.get(part)
    if isinstance(node, Sequence) and not isinstance(node, str):
        if part.isdecimal() and int(part) < len(node):
            return node[int(part)]
    return None


def _walk(node: Any, leaf: str, path: str) -> Iterator[tuple[str, Any]]:
    """All places below a node where a key stands, with the values."""
    items: Iterator[tuple[Any, Any]] = iter(())
    if isinstance(node, Mapping):
        items = iter(node.items())
    elif isinstance(node, (list, tuple)):
        items = iter(enumerate(node))
    for name, value in items:
        place = f'{path}.{name}' if path else str(name)
        if name == leaf:
            yield place, value
        else:
            yield from _walk(value, leaf, place)


def _unknown(key: str, part: str, node: Any, depth: int) -> str:
    where = '.'.join(key.split('.')[:depth]) or 'the config'
    names = [str(name) for name in node] if isinstance(node, Mapping) else []
    near = difflib.get_close_matches(part, names, n=1, cutoff=0.5)
    hint = f', did you mean {near[0]!r}?' if near else ''
    return f'cannot search {key!r}: {where} has no {part!r}{hint}'


def _shorten(keys: Sequence[str]) -> list[str]:
    """The last parts of keys, and as much more as tells them apart."""
    short = []
    for key in keys:
        parts = key.split('.')
        for length in range(1, len(parts) + 1):
            name = '.'.join(parts[-length:])
            if sum(f'.{other}'.endswith(f'.{name}') for other in keys) == 1:
                break
        short.append(name)
    return short
