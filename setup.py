"""Build step that ships configs and tools inside the package.

Everything declarative stands in ``setup.cfg``. ``mmmotion/.mim`` is where
mmengine (``get_config('mmmotion::...')``) and OpenMIM look for the configs,
tools and model index of an installed package.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
ASSETS = ('configs', 'tools', 'model-index.yml')


def _link(source: Path, target: Path) -> None:
    """Point to the source tree, so that edits take effect at once."""
    if target.is_symlink():
        target.unlink()
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:
        # No right to make links: ``config_path`` finds the source tree too.
        pass


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        skip = shutil.ignore_patterns('__pycache__', '*.pyc')
        shutil.copytree(source, target, ignore=skip)
    else:
        shutil.copy2(source, target)


class BuildWithAssets(build_py):
    """Add ``mmmotion/.mim`` to the build, as links in an editable install."""

    def run(self) -> None:
        """Build the modules, then place the assets."""
        super().run()
        editable = getattr(self, 'editable_mode', False)
        base = ROOT if editable else Path(self.build_lib)
        folder = base / 'mmmotion' / '.mim'
        if not editable and folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in ASSETS:
            place = _link if editable else _copy
            place((ROOT / name).resolve(), folder / name)


if __name__ == '__main__':
    setup(cmdclass={'build_py': BuildWithAssets})
