"""Write ``model-index.yml`` from the metafiles of the configs.

With ``--check`` nothing is written: the tool lists what is wrong in the index
and in the metafiles and exits with 1 if that is anything.
"""

import argparse
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
HEADER = '# Written by tools/misc/model_index.py from configs/*/metafile.yml\n'


def index_text(root: Path) -> str:
    """Compose the index, which imports every metafile in the tree."""
    metafiles = sorted((root / 'configs').glob('*/metafile.yml'))
    names = [path.relative_to(root).as_posix() for path in metafiles]
    return HEADER + yaml.safe_dump(dict(Import=names))


def find_problems(root: Path) -> list[str]:
    """Compare the index and the metafiles with the files they name."""
    index = root / 'model-index.yml'
    problems = []
    if not index.is_file() or index.read_text() != index_text(root):
        problems.append(f'{index.name} is not what this tool writes')
    for folder in sorted((root / 'configs').iterdir()):
        if folder.is_dir() and folder.name != '_base_':
            problems.extend(_folder_problems(root, folder))
    return problems + _repetitions(root)


def _repetitions(root: Path) -> list[str]:
    """Names and configs that several models of the metafiles share."""
    places: dict[tuple[str, str], list[str]] = {}
    for metafile in sorted((root / 'configs').glob('*/metafile.yml')):
        content = yaml.safe_load(metafile.read_text())
        for model in content.get('Models', []):
            for key in ('Name', 'Config'):
                found = places.setdefault((key, model[key]), [])
                found.append(metafile.relative_to(root).as_posix())
    return [
        f'{key} {value} comes {len(found)} times, in '
        f'{" and ".join(dict.fromkeys(found))}'
        for (key, value), found in places.items() if len(found) > 1
    ]


def _folder_problems(root: Path, folder: Path) -> list[str]:
    name = folder.relative_to(root).as_posix()
    metafile = folder / 'metafile.yml'
    problems = []
    if not (folder / 'README.md').is_file():
        problems.append(f'{name}/README.md is missing')
    if not metafile.is_file():
        return [*problems, f'{name}/metafile.yml is missing']
    content = yaml.safe_load(metafile.read_text())
    collections = {entry['Name'] for entry in content.get('Collections', [])}
    models = content.get('Models', [])
    for model in models:
        if model.get('In Collection') not in collections:
            problems.append(
                f'{name}/metafile.yml: {model["Name"]} is in the unknown '
                f'collection {model.get("In Collection")!r}'
            )
        if not (root / model['Config']).is_file():
            problems.append(
                f'{name}/metafile.yml: {model["Config"]} does not exist'
            )
    listed = {model['Config'] for model in models}
    for config in sorted(folder.rglob('*.py')):
        if config.relative_to(root).as_posix() not in listed:
            missing = config.relative_to(folder).as_posix()
            problems.append(f'{name}/metafile.yml: {missing} is missing')
    return problems


def main(arguments: list[str] | None = None) -> int:
    """Write or check the index; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--check', action='store_true')
    if not parser.parse_args(arguments).check:
        (ROOT / 'model-index.yml').write_text(index_text(ROOT))
    problems = find_problems(ROOT)
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(bool(problems))


if __name__ == '__main__':
    sys.exit(main())
