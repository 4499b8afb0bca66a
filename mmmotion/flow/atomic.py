"""Files that appear only when they are whole."""

import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_TEMPORARY = re.compile(r'^\..+~(?P<host>[^~]+)~(?P<pid>\d+)\.tmp(\.\w+)?$')
# A live process holds a temporary file for milliseconds, not for an hour.
_STALE_SECONDS = 3600


def write_atomically(path: str | Path, data: bytes) -> None:
    """Write a file so that no reader and no crash ever meets half of it.

    The bytes go to a hidden file in the same folder, reach the disk, and only
    then take the final name. Missing folders are made.

    Args:
        path: File to write; an existing one is replaced.
        data: Whole content.
    """
    with replace_atomically(path) as temporary:
        temporary.write_bytes(data)


@contextmanager
def replace_atomically(path: str | Path, suffix: str = '') -> Iterator[Path]:
    """Let a library write a file that no reader ever meets half of.

    Hands out a hidden file in the same folder. When the block is left, its
    bytes reach the disk and it takes the final name; if the block raises, it
    is removed and an older file of that name stays. Missing folders are made.

    Args:
        path: File to write; an existing one is replaced.
        suffix: Appended to the hidden name, for libraries that choose the
            format by it.

    Yields:
        The hidden file, which does not exist yet.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(_temporary_name(path.name) + suffix)
    try:
        yield temporary
        with open(temporary, 'rb+') as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and not error.filename:
            error.filename = str(path)  # a full disk does not say where
        raise
    _sync_folder(path.parent)


@contextmanager
def temporary_folder(path: str | Path) -> Iterator[Path]:
    """Lend a hidden folder in which several files are made ready.

    Args:
        path: What the files are for; the folder lies beside it, on the same
            file system. Missing folders are made.

    Yields:
        The folder, which is empty. With what is then left in it, it is
        removed when the block is left.
    """
    path = Path(path)
    folder = path.with_name(_temporary_name(path.name))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where that exists."""
    if os.name != 'posix':
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def clean_stale_files(root: str | Path, is_deep: bool = True) -> int:
    """Remove temporary files and folders that killed processes left in a tree.

    One counts as left over if the process that made it is gone from this
    machine, or if it is older than an hour (the process may be another
    machine's).

    Args:
        root: Top folder; it may be missing.
        is_deep: Whether folders below it are searched, too.

    Returns:
        Number of removed files and folders.
    """
    num_removed = 0
    root = Path(root)
    pattern = '.*.tmp*'
    for path in [*(root.rglob(pattern) if is_deep else root.glob(pattern))]:
        match = _TEMPORARY.match(path.name)
        if match and _is_stale(path, match['host'], int(match['pid'])):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            num_removed += 1
    return num_removed


def _hostname() -> str:
    return socket.gethostname().replace('~', '-').replace('/', '-') or 'host'


def _temporary_name(name: str) -> str:
    return f'.{name}~{_hostname()}~{os.getpid()}.tmp'


def _is_stale(path: Path, host: str, pid: int) -> bool:
    if host == _hostname() and not _is_alive(pid):
        return True
    try:
        return time.time() - path.stat().st_mtime > _STALE_SECONDS
    except FileNotFoundError:  # its process has just finished it
        return False


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # alive, but another user's
        return True
    return True
