"""Folders of a data set, checked when it is listed."""

from pathlib import Path


def check_folder(path: str, key: str) -> None:
    """Refuse a folder that does not exist.

    Args:
        path: The folder.
        key: What the config calls it.

    Raises:
        FileNotFoundError: If there is no such folder.
    """
    if not Path(path).is_dir():
        raise FileNotFoundError(
            f'folder not found: {Path(path).absolute()} ({key})'
        )
