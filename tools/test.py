#!/usr/bin/env python
"""Evaluate a model from a config and a checkpoint."""

import argparse
import json

from mmengine.dist import is_main_process

from mmmotion.engine import (
    add_run_arguments,
    build_runner,
    load_run_config,
    require_weights,
    set_show_dir,
    set_test_checkpoint,
)
from mmmotion.flow.atomic import write_atomically


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument(
        'checkpoint',
        nargs='?',
        help='checkpoint file; not needed for a method without weights; '
        '"none" evaluates random weights'
    )
    parser.add_argument(
        '--out', metavar='FILE.json', help='write the metrics to this file'
    )
    parser.add_argument(
        '--show-dir', help='write panels of frames and results to this folder'
    )
    add_run_arguments(parser)
    args = parser.parse_args(argv)
    if args.out is not None and not args.out.endswith('.json'):
        parser.error(f'--out must end in .json, got {args.out}')
    return args


def main() -> None:
    """Evaluate."""
    args = parse_args()
    cfg = load_run_config(args)
    set_test_checkpoint(cfg, args.checkpoint)
    if args.show_dir is not None:
        set_show_dir(cfg, args.show_dir)
    runner = build_runner(cfg)
    require_weights(runner.model, args.checkpoint)
    metrics = runner.test()
    if args.out is not None and is_main_process():
        text = json.dumps(metrics, indent=2, default=float)
        write_atomically(args.out, text.encode())


if __name__ == '__main__':
    main()
