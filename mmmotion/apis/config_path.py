"""The place of the shipped configs, whatever the kind of installation."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
# An installed wheel; the source tree, also of an editable installation.
_ROOTS = (_PACKAGE / '.mim', _PACKAGE.parent)


def config_roots() -> list[Path]:
    """List the folders that hold ``configs`` and ``model-index.yml``."""
    # The folder beside an installed package may have configs of others.
    return [root for root in _ROOTS if (root / 'model-index.yml').is_file()]


def config_path(name: str) -> Path:
    """Find a config of the toolbox by its name below ``configs/``.

    Args:
        name: Relative name such as ``'gwm/gwm_unet_synthetic.py'``; the
            suffix may be left out.

    Returns:
        The absolute path of the file.

    Raises:
        FileNotFoundError: If there is no such config; the message lists
            those that exist.
    """
    folders = [root / 'configs' for root in config_roots()]
    relative = name if name.endswith('.py') else f'{name}.py'
    for folder in folders:
        path = folder / relative
        if path.is_file():
            return path
    known = sorted({
        path.relative_to(folder).as_posix()
        for folder in folders
        for path in folder.glob('*/**/*.py')
        if '_base_' not in path.relative_to(folder).parts
    })
    raise FileNotFoundError(
        f'no config {relative!r} in {" or ".join(map(str, folders))}; '
        f'there are: {", ".join(known) or "none"}'
    )
