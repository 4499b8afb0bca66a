"""Files that appear only when they are whole."""

import os
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend


def write_atomically(data: bytes, path: str | Path) -> None:
    """Write a file so that a crash leaves the old one or the new one.

    The data goes to a hidden ``.<name>.<process>.tmp`` beside the target,
    reaches the disk, and then takes the place of the target in one step.

    Args:
        data: Content of the file.
        path: Target; missing folders are made.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f'.{path.name}.{os.getpid()}.tmp')
    try:
        with open(temporary, 'wb') as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where that exists."""
    if os.name != 'posix':
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class AtomicBackend(LocalBackend):
    """Local files written as a whole or not at all.

    A config asks for it with ``backend_args=dict(backend='atomic')``.
    mmengine's local backend writes in place, so a killed process leaves a
    truncated checkpoint under the final name.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes to a file."""
        write_atomically(obj, filepath)

    def put_text(
        self, obj: str, filepath: str | Path, encoding: str = 'utf-8'
    ) -> None:
        """Write text to a file."""
        write_atomically(obj.encode(encoding), filepath)


register_backend('atomic', AtomicBackend, force=True)
