"""Compare the toolbox with outputs of an original implementation.

Reads an ``.npz`` file with inputs, outputs and the names and shapes of the
weights (``state_spec``), fills the weights by name, runs every array that the
source knows, and prints one line per array. Exits with 1 if an array differs
or nothing was compared.
"""

import argparse
import importlib.util
import zipfile
from collections.abc import Callable
from pathlib import Path

from mmmotion.convert.reference import (
    SOURCES,
    ReferenceArrays,
    check_reference,
)


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        'source', choices=sorted(SOURCES), help='original implementation'
    )
    parser.add_argument('file', help='reference file, .npz')
    return parser.parse_args(args)


def _load_golden() -> Callable:
    """The reader beside this file, which no package contains."""
    path = Path(__file__).with_name('seeded_state.py')
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportError(f'cannot import {path}')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load_golden


def main(args: list[str] | None = None) -> int:
    """Print one line per array.

    Returns:
        0 if at least one array was compared and all agree, otherwise 1.
    """
    options = parse_args(args)
    try:
        state, content = _load_golden()(options.file)
        arrays = ReferenceArrays(content)
        comparisons = check_reference(options.source, state, arrays)
    except zipfile.BadZipFile:
        print(f'{options.file}: expected an .npz file, found something else')
        return 1
    except (KeyError, OSError, RuntimeError, ValueError) as error:
        print(f'{options.file}: {error}')
        return 1
    for comparison in comparisons:
        print(comparison)
    for name in arrays.unread:
        print(f'{name:<32} not compared')
    failed = sum(not comparison.passed for comparison in comparisons)
    print(f'{len(comparisons)} compared, {failed} failed')
    return int(failed > 0 or not comparisons)


if __name__ == '__main__':
    raise SystemExit(main())
