"""What a prediction depends on, in a form that can be compared."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mmmotion.flow.file_names import encode_name

_NUM_SHOWN = 3


def describe_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Bring settings to the form that they have after a trip through JSON.

    Args:
        settings: Nested settings; what JSON does not know is described by
            its text.
    """
    return json.loads(json.dumps(settings, sort_keys=True, default=str))


def describe_changes(before: Any, now: Any) -> str:
    """Say in one line how nested settings differ.

    Args:
        before: See :func:`describe_settings`.
        now: Those to compare with.
    """
    changes = list(_differences(before, now))
    more = ', ...' if len(changes) > _NUM_SHOWN else ''
    return f'{", ".join(changes[:_NUM_SHOWN])}{more}'


def _differences(before: Any, now: Any, name: str = '') -> Iterator[str]:
    if before == now:
        return
    if not isinstance(before, dict) or not isinstance(now, dict):
        yield f'{name} was {before!r}, is {now!r}'
        return
    for key in sorted(before.keys() | now.keys()):
        inner = f'{name}.{key}' if name else key
        yield from _differences(before.get(key), now.get(key), inner)


def hash_files(entries: Iterable[Mapping[str, Any]]) -> str:
    """Hash which frames there are, and name, size and time of their files.

    A file that is written anew has another time, so results of frames or
    flows that were replaced are not taken for those of the new ones.

    Args:
        entries: Entries of a data set, see ``BaseMotionDataset``.

    Returns:
        SHA-256 as hexadecimal digits.
    """
    digest = hashlib.sha256()
    for entry in entries:
        name = f'{entry["video_id"]}/{entry["frame_id"]};'
        digest.update(encode_name(name))
        paths = [entry.get('img_path')]
        for key in ('neighbours', 'flow_paths'):
            paths += dict(entry.get(key) or {}).values()
        for path in paths:
            if path is not None:
                digest.update(encode_name(f'{path} {_stat(path)};'))
    return digest.hexdigest()


def hash_checkpoints(settings: Any) -> str:
    """Hash name, size and time of the files that nested settings load.

    For parts whose weights are not among those of the model.

    Args:
        settings: Nested settings, in which the key ``checkpoint`` names
            files.

    Returns:
        SHA-256 as hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path in find_checkpoints(settings):
        digest.update(encode_name(f'{path} {_stat(path)};'))
    return digest.hexdigest()


def find_checkpoints(settings: Any) -> Iterator[str]:
    """Yield the files that nested settings load.

    Args:
        settings: Nested settings, in which the key ``checkpoint`` names
            files.
    """
    if isinstance(settings, Mapping):
        path = settings.get('checkpoint')
        if isinstance(path, str | os.PathLike):
            yield os.fspath(path)
        settings = list(settings.values())
    if isinstance(settings, (list, tuple)):
        for value in settings:
            yield from find_checkpoints(value)


def _stat(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(os.path.expanduser(path))
    except FileNotFoundError:  # for the pipeline to report, or to skip
        return None
    return found.st_size, found.st_mtime_ns
