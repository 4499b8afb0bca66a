"""Sphinx settings: guides in Markdown, API pages written at build time."""

import shutil
from pathlib import Path

import mmmotion

project = 'mmmotion'
author = 'The mmmotion contributors'
project_copyright = author
version = release = mmmotion.__version__

extensions = [
    'myst_parser',
    'sphinx.ext.autodoc',
    'sphinx.ext.napoleon',
    'sphinx.ext.viewcode',
]
exclude_patterns = ['_build']
html_theme = 'furo'
html_title = f'mmmotion {release}'

myst_heading_anchors = 3
autodoc_typehints = 'description'
autodoc_member_order = 'bysource'
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = [
    ('Metainfo', 'params_style'),
    ('Data fields', 'params_style'),
]


def _write_page(package: Path, name: str, folder: Path) -> list[str]:
    """Write the page of a package; return the names of its subpackages."""
    packages, modules = [], []
    for path in sorted(package.iterdir()):
        if (path / '__init__.py').is_file():
            packages.append(f'{name}.{path.name}')
        elif path.suffix == '.py' and path.stem != '__init__':
            modules.append(f'{name}.{path.stem}')
    lines = [name, '=' * len(name), '', f'.. automodule:: {name}', '']
    if packages:
        entries = [f'   {package}' for package in packages]
        lines += ['.. toctree::', '   :maxdepth: 1', '', *entries, '']
    for module in modules:
        # Objects are documented once, in the module that defines them.
        lines += [module, '-' * len(module), '']
        lines += [f'.. automodule:: {module}', '   :members:', '']
    (folder / f'{name}.rst').write_text('\n'.join(lines))
    return packages


def write_api_pages() -> None:
    """Write one page per package below ``docs/api/generated``."""
    root = Path(mmmotion.__file__).parent
    folder = Path(__file__).parent / 'api' / 'generated'
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    waiting = ['mmmotion']
    while waiting:
        name = waiting.pop()
        package = root.joinpath(*name.split('.')[1:])
        waiting.extend(_write_page(package, name, folder))


write_api_pages()
