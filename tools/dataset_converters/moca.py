r"""Bring MoCA into the layout that its data set class reads.

Example::

    python tools/dataset_converters/moca.py downloads/MoCA data/MoCA

Can be killed at any moment and started again; the source is not changed.
"""

import argparse

from mmmotion.datasets.preparation import prepare_moca
from mmmotion.engine import end_in_a_line


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'source', help='folder with JPEGImages and Annotations'
    )
    parser.add_argument('out', help='folder of the prepared data set')
    parser.add_argument(
        '--boxes',
        help='table of the boxes (Annotations/annotations.csv or '
        'annotations.csv in the source)',
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Prepare the data set, and say what was found and written."""
    args = parse_args(argv)
    with end_in_a_line('moca'):
        summary = prepare_moca(args.source, args.out, args.boxes)
    print(summary)
    print('complete are 88 videos with 4803 annotations')


if __name__ == '__main__':
    main()
