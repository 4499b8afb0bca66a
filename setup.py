"""Build step that ships configs and tools inside the package.

Everything declarative stands in ``setup.cfg``, which cannot take files from
outside the package. ``mmmotion/.mim`` is where OpenMMLab's packages keep the
configs, tools and model index of an installation.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
ASSETS = ('configs', 'tools', 'model-index.yml')


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        skip = shutil.ignore_patterns('__pycache__', '*.pyc')
        shutil.copytree(source, target, ignore=skip)
    else:
        shutil.copy2(source, target)


class BuildWithAssets(build_py):
    """Add ``mmmotion/.mim`` to a built package."""

    def run(self) -> None:
        """Build the modules, then copy the assets."""
        super().run()
        if getattr(self, 'editable_mode', False):
            return  # The source tree itself is what gets installed.
        folder = Path(self.build_lib) / 'mmmotion' / '.mim'
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in ASSETS:
            _copy(ROOT / name, folder / name)


if __name__ == '__main__':
    setup(cmdclass={'build_py': BuildWithAssets})
