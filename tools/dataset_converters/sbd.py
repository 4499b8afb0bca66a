r"""Make the augmented training set of PASCAL VOC 2012 from SBD.

Example::

    python tools/dataset_converters/sbd.py \
        downloads/benchmark_RELEASE/dataset data/VOCdevkit/VOC2012

Adds SegmentationClassAug and the list train_aug.txt to the second folder.
Can be killed at any moment and started again; SBD is not changed.
"""

import argparse

from mmmotion.datasets.preparation import prepare_sbd
from mmmotion.engine import end_in_a_line


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('source', help='folder of SBD that has cls/*.mat')
    parser.add_argument('voc', help='folder VOCdevkit/VOC2012')
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Prepare the set, and say what was found and written."""
    args = parse_args(argv)
    with end_in_a_line('sbd'):
        summary = prepare_sbd(args.source, args.voc)
    print(summary)
    print('complete are 10582 annotations, 1464 of VOC and 9118 of SBD')


if __name__ == '__main__':
    main()
