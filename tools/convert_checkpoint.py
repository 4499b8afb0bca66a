"""Convert a checkpoint of an original implementation to ours."""

import argparse

from mmmotion.convert import CONVERTERS, convert_checkpoint
from mmmotion.engine import end_in_a_line


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'source',
        choices=sorted(CONVERTERS),
        help='original implementation',
    )
    parser.add_argument('path_in', help='checkpoint of the original')
    parser.add_argument('path_out', help='checkpoint to write')
    parser.add_argument(
        '--encoder',
        metavar='FILE',
        help='released file of the encoder, for checkpoints without it: the '
        'ViT of gwm-maskformer',
    )
    parser.add_argument(
        '--trust-pickle',
        action='store_true',
        help='read a file that executes code when it is read; only for files '
        'from a source that you trust',
    )
    return parser.parse_args(args)


def main(args: list[str] | None = None) -> None:
    """Convert, and say what was written."""
    options = parse_args(args)
    with end_in_a_line('convert_checkpoint'):
        count = convert_checkpoint(
            options.source,
            options.path_in,
            options.path_out,
            options.trust_pickle,
            options.encoder,
        )
    print(f'{options.path_out}: {count} entries from {options.source}')


if __name__ == '__main__':
    main()
