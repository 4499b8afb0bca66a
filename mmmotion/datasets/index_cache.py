"""Indices of videos that are kept on disk."""

import hashlib
import io
import logging
import os
import time
import zipfile
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from mmmotion.flow.atomic import write_atomically

from .video_index import VideoIndex, find_folders, scan_videos

_VERSION = 1
# Coarser than the clocks of the file systems in use (FAT has two seconds).
_CLOCK_TICK_NS = 3 * 10**9
_FIELDS = ('videos', 'changed', 'offsets', 'files')


def load_index(root: str, cache_dir: str | None = None) -> VideoIndex:
    """List the videos of a folder, with the help of what is known of it.

    The index is kept in a file, so that only folders that were changed since
    have to be listed again: a start asks for the time of each video's
    folder, and for no frame. Any number of processes may do so at once;
    the file is replaced as a whole, and all of them write the same.

    Args:
        root: Folder with a folder of frames for each video.
        cache_dir: Folder of the index file. None keeps it beside ``root``
            or, if that cannot be written to, below ``$XDG_CACHE_HOME``
            (``~/.cache``).

    Raises:
        FileNotFoundError: If there is no folder with an image in it.
        ValueError: If two frames of a video share a name.
    """
    trusted_before = time.time_ns() - _CLOCK_TICK_NS
    folders = find_folders(root)
    places = _places(root, cache_dir)
    known = _best([_read(path) for path in places], folders)
    if known is None:
        _log(f'listing the frames of {len(folders)} videos in {root} ...')
    begin = time.perf_counter()
    index, num_listed = scan_videos(root, folders, known, trusted_before)
    if not len(index.files):
        raise FileNotFoundError(
            f'no folder of images in {Path(root).absolute()}'
        )
    if known is None or not _is_same(index, known):
        _log(
            f'listed {num_listed} new or changed ones of {len(index)} videos '
            f'in {root} ({len(index.files)} frames) in '
            f'{time.perf_counter() - begin:.1f} s; {_write(index, places)}'
        )
    return index


def _log(text: str) -> None:
    print_log(text, logger='current', level=logging.INFO)


def _places(root: str, cache_dir: str | None) -> list[Path]:
    folder = Path(root).resolve()
    key = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    name = f'{folder.name}-{key}.index.npz'
    if cache_dir is not None:
        return [Path(cache_dir, name)]
    home = os.environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'
    return [
        folder.with_name(f'{folder.name}.index.npz'),
        Path(home, 'mmmotion', name),
    ]


def _read(path: Path) -> VideoIndex | None:
    try:
        with np.load(path, allow_pickle=False) as file:
            if int(file['version']) != _VERSION:
                return None
            return VideoIndex(*(file[field] for field in _FIELDS))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as e:
        print_log(
            f'the list of videos in {path} cannot be read and is made again '
            f'({e})',
            logger='current',
            level=logging.WARNING,
        )
        return None


def _best(
    found: list[VideoIndex | None], folders: dict[str, int]
) -> VideoIndex | None:
    """Choose the index that knows the most folders as they are."""
    best, most = None, -1
    for index in found:
        if index is None:
            continue
        times = dict(zip(index.numbers(), index.changed.tolist(), strict=True))
        num_known = sum(times.get(k) == t for k, t in folders.items())
        if num_known > most:
            best, most = index, num_known
    return best


def _is_same(index: VideoIndex, known: VideoIndex) -> bool:
    return all(
        np.array_equal(getattr(index, field), getattr(known, field))
        for field in _FIELDS
    )


def _write(index: VideoIndex, places: list[Path]) -> str:
    """Write the index to the first place that allows it, and say where."""
    buffer = io.BytesIO()
    arrays = {field: getattr(index, field) for field in _FIELDS}
    np.savez(buffer, version=np.array(_VERSION), **arrays)
    reasons = []
    for path in places:
        try:
            write_atomically(path, buffer.getvalue())
        except OSError as error:  # read-only or full; the next place may do
            reasons.append(f'{path}: {error.strerror}')
            continue
        return f'the list is kept in {path}'
    return f'the list cannot be kept ({"; ".join(reasons)})'
