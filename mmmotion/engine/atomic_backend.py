"""Files that appear only when they are whole, as an mmengine backend."""

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from mmmotion.flow.atomic import write_atomically


class AtomicBackend(LocalBackend):
    """Local files written as a whole or not at all.

    A config asks for it with ``backend_args=dict(backend='atomic')``.
    mmengine's local backend writes in place, so a killed process leaves a
    truncated checkpoint under the final name.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes to a file."""
        write_atomically(filepath, obj)

    def put_text(
        self, obj: str, filepath: str | Path, encoding: str = 'utf-8'
    ) -> None:
        """Write text to a file."""
        write_atomically(filepath, obj.encode(encoding))


register_backend('atomic', AtomicBackend, force=True)
