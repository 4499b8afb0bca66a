r"""Bring FBMS59 into the layout that its data set class reads.

Example::

    python tools/dataset_converters/fbms59.py downloads/FBMS59 data/FBMS59

Can be killed at any moment and started again; the source is not changed.
"""

import argparse

from mmmotion.datasets.preparation import prepare_fbms59
from mmmotion.engine import end_in_a_line


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('source', help='folder with Trainingset and Testset')
    parser.add_argument('out', help='folder of the prepared data set')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Prepare the data set, and say what was found and written."""
    args = parse_args(argv)
    with end_in_a_line('fbms59'):
        summary = prepare_fbms59(args.source, args.out)
    print(summary)
    print('complete are 59 videos with 720 annotations')


if __name__ == '__main__':
    main()
