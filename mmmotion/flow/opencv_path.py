"""Names of files that OpenCV can open."""

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
        The absolute name or, if it is not UTF-8, one through a link that is
        there for as long as the context.
    """
    path = Path(path).absolute()
    try:
        str(path).encode()
    except UnicodeEncodeError:
        with tempfile.TemporaryDirectory(prefix='mmmotion-') as folder:
            link = Path(folder, f'video{path.suffix}')
            if path.is_file():
                link.symlink_to(path)
                yield str(link)
            else:
                link = Path(folder, 'folder')
                link.symlink_to(path.parent, target_is_directory=True)
                yield str(link / path.name)
    else:
        yield str(path)
