r"""Make the annotations of DAVIS2017-motion from those of DAVIS 2017.

Example::

    python tools/dataset_converters/davis2017_motion.py data/DAVIS2017

Adds Annotations_motion/480p. Which objects are one is said by
davis2017_motion.json beside this file. Can be killed at any moment and
started again; no file is replaced.
"""

import argparse
from pathlib import Path

from mmmotion.datasets.preparation import (
    prepare_davis2017_motion,
    read_groups,
)
from mmmotion.engine import end_in_a_line

GROUPS = Path(__file__).with_suffix('.json')


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'source', help='folder of DAVIS 2017 that has Annotations/480p'
    )
    parser.add_argument(
        '--out', help='folder to write to, that of DAVIS 2017 by default'
    )
    parser.add_argument(
        '--groups',
        default=GROUPS,
        help='JSON file of the objects that are '
        'one, {"video": [[1, 2], [3]], ...}'
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Prepare the data set, and say what was found and written."""
    args = parse_args(argv)
    with end_in_a_line('davis2017_motion'):
        groups = read_groups(args.groups)
        summary = prepare_davis2017_motion(args.source, groups, args.out)
    print(summary)
    print('complete are 30 videos with 44 objects and 1999 annotations')


if __name__ == '__main__':
    main()
