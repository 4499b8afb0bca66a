#!/usr/bin/env python
"""Train a model from a config."""

import argparse

from mmmotion.engine import (
    add_run_arguments,
    build_runner,
    enable_amp,
    enable_auto_scale_lr,
    load_run_config,
    set_resume,
)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        metavar='CHECKPOINT',
        help='continue from a checkpoint; without a value from the newest '
        'one of the work directory'
    )
    parser.add_argument(
        '--amp',
        action='store_true',
        help='mixed precision: float16 on CUDA, bfloat16 on a CPU'
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the total batch size'
    )
    add_run_arguments(parser)
    return parser.parse_args(argv)


def main() -> None:
    """Train."""
    args = parse_args()
    cfg = load_run_config(args)
    if args.amp:
        enable_amp(cfg)
    if args.auto_scale_lr:
        enable_auto_scale_lr(cfg)
    if args.resume:
        set_resume(cfg, None if args.resume == 'auto' else args.resume)
    build_runner(cfg).train()


if __name__ == '__main__':
    main()
