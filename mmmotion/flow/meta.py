"""The note beside the flows that says how they were made."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import cv2

from mmmotion import __version__
from mmmotion.registry import FLOW_ESTIMATORS

from .atomic import write_atomically
from .estimators import complete_settings, named_files, recorded_settings
from .layout import flow_root

META_NAME = 'meta.json'
# What decides the values of the flows; the rest of the file only informs.
_DECISIVE = ('estimator', 'provenance', 'size', 'format')


def make_meta(
    estimator: str | Mapping,
    provenance: Mapping,
    size: tuple[int, int] | None,
    file_format: str,
    source_sizes: Iterable[tuple[int, int]],
) -> dict:
    """Describe flows that are about to be made.

    Args:
        estimator: Name or config dict of the estimator.
        provenance: What the estimator's ``provenance()`` returned.
        size: (H, W) to which frames are resized first, None for their own.
        file_format: Name of the file format.
        source_sizes: (H, W) of the frames on disk.
    """
    return dict(
        estimator=recorded_settings(estimator),
        provenance=dict(provenance),
        size=None if size is None else list(size),
        format=file_format,
        source_sizes=sorted(list(pair) for pair in set(source_sizes)),
        software=dict(mmmotion=__version__, opencv=cv2.__version__),
    )


def read_meta(data_root: str | Path, name: str = 'dis') -> dict:
    """Read how the flows of a tree were made.

    Args:
        data_root: Folder of the data set.
        name: Name of the estimator's folder below ``Flows``.

    Raises:
        FileNotFoundError: If the tree has no note.
        ValueError: If the note is damaged.
    """
    path = flow_root(data_root, name) / META_NAME
    if not path.is_file():
        raise FileNotFoundError(
            f'{path} does not exist, so it is unknown how the flows in '
            f'{path.parent} were made; make them with tools/extract_flow.py'
        )
    try:
        meta = json.loads(path.read_text(encoding='utf-8'))
    except ValueError as error:
        raise ValueError(f'{path} is damaged: {error}') from error
    if not isinstance(meta, dict) or 'estimator' not in meta:
        raise ValueError(f'{path} is damaged: it names no estimator')
    return meta


def record_meta(data_root: str | Path, name: str, meta: Mapping) -> None:
    """Note how flows are made, or refuse if the tree holds different ones.

    Args:
        data_root: Folder of the data set.
        name: Name of the estimator's folder below ``Flows``.
        meta: Result of :func:`make_meta`.

    Raises:
        ValueError: If the tree's flows were made in another way.
    """
    path = flow_root(data_root, name) / META_NAME
    sizes = list(meta['source_sizes'])
    if path.is_file():
        old = read_meta(data_root, name)
        differences = [
            f'{key}: {old.get(key)} there, {meta[key]} now'
            for key in _DECISIVE if old.get(key) != meta[key]
        ]
        if differences:
            raise ValueError(
                f'{path} says that the flows in this tree were made in '
                f'another way ({"; ".join(differences)}); give the new ones '
                'another name or another folder, or remove the old ones'
            )
        known = old.get('source_sizes', [])
        if all(size in known for size in sizes):
            return
        meta = {
            **old, 'source_sizes': sorted([
                *known, *(size for size in sizes if size not in known)
            ])
        }
    text = json.dumps(meta, indent=2, sort_keys=True) + '\n'
    write_atomically(path, text.encode())


def check_meta(
    data_root: str | Path,
    estimator: str | Mapping,
    name: str = 'dis',
) -> dict:
    """Refuse flows of another estimator than the config says.

    Of a file of weights the name is compared, and what is in it if the file
    of the config is here.

    Args:
        data_root: Folder of the data set.
        estimator: Name or config dict of the estimator. Settings that it
            leaves out have to be at their defaults.
        name: Name of the estimator's folder below ``Flows``.

    Returns:
        What the note says.

    Raises:
        FileNotFoundError: If the tree has no note.
        ValueError: If the estimator, a setting or the weights differ.
    """
    meta = read_meta(data_root, name)
    expected = recorded_settings(estimator)
    found = meta['estimator']
    differences = [
        f'{key} is {found.get(key)!r}, expected {expected.get(key)!r}'
        for key in sorted({*found, *expected}, key=lambda key: key != 'type')
        if found.get(key) != expected.get(key)
    ]
    if not differences:
        differences = _compare_weights(meta, estimator)
    if differences:
        raise ValueError(
            f'the flows in {flow_root(data_root, name)} were made by another '
            f'estimator than the config says: {"; ".join(differences)} (see '
            f'{META_NAME} there)'
        )
    return meta


def _compare_weights(meta: Mapping, estimator: str | Mapping) -> list[str]:
    """Differences of the weights, none if their files are not here."""
    files = named_files(estimator)
    if not files or not all(path.is_file() for path in files):
        return []
    found = meta.get('provenance')
    expected = FLOW_ESTIMATORS.build(complete_settings(estimator)).provenance()
    if found == expected:
        return []
    names = ', '.join(str(path) for path in files)
    return [f'provenance is {found}, but {names} has {expected}']
