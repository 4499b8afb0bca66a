"""Names of files that OpenCV can open."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def opencv_path(path: str | Path) -> Iterator[str]:
    """Lend a file a name that OpenCV's videos can open.

    OpenCV crashes on names that are not UTF-8, and takes what stands before
    a colon in a relative name for a protocol.

    Args:
        path: The file, which need not exist; its folder does.

    Yields:
        The absolute name or, if it is not UTF-8, another one for as long as
        the context: of a link, or of a new file that takes its place then.
    """
    path = Path(path).absolute()
    try:
        str(path).encode()
    except UnicodeEncodeError:
        with tempfile.TemporaryDirectory(prefix='mmmotion-') as folder:
            suffix = path.suffix if path.suffix.isascii() else ''
            lent = Path(folder, f'video{suffix}')
            if path.is_file():
                lent.symlink_to(path)
                yield str(lent)
            else:
                yield str(lent)
                shutil.move(lent, path)
    else:
        yield str(path)
