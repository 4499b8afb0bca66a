#!/usr/bin/env python
"""Train variants of a config and rank them without labels."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from mmengine.config import DictAction

from mmmotion.engine import add_config_options
from mmmotion.engine.search import (
    LabelFreeSearch,
    format_report,
    write_report,
)

TOOLS = Path(__file__).resolve().parents[1]


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--search',
        nargs='+',
        action=DictAction,
        required=True,
        metavar='KEY=A,B,...',
        help='values to try, e.g. model.num_groups=2,3,4,5; of several keys '
        'all combinations'
    )
    parser.add_argument(
        '--work-dir',
        help='folder of all variants and of the result; default: '
        'work_dirs/<name of the config>_search'
    )
    parser.add_argument(
        '--metric-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='arguments of MotionSemanticAlignmentMetric, e.g. every=8'
    )
    parser.add_argument(
        '--gpus',
        type=int,
        default=1,
        help='number of processes of each training and evaluation'
    )
    add_config_options(parser)
    args = parser.parse_args(argv)
    if args.gpus < 1:
        parser.error(f'--gpus must be at least 1, got {args.gpus}')
    if args.work_dir is None:
        args.work_dir = f'work_dirs/{Path(args.config).stem}_search'
    return args


def run_tool(
    action: str,
    arguments: Sequence[str],
    log: Path,
    processes: int = 1
) -> int:
    """Run ``train`` or ``test`` in processes of its own.

    Args:
        action: ``'train'`` or ``'test'``.
        arguments: Arguments of the tool, what it reads by position first.
        log: File to which its output is appended.
        processes: Number of processes.

    Returns:
        The exit status.
    """
    command = [sys.executable, str(TOOLS / f'{action}.py'), *arguments]
    if processes > 1:
        split = 1 if action == 'train' else 2
        command = [
            'bash',
            str(TOOLS / f'dist_{action}.sh'), *arguments[:split],
            str(processes), *arguments[split:]
        ]
    with log.open('ab') as stream:
        return subprocess.run(
            command,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
            env={
                'PYTHON': sys.executable,
                **os.environ
            },
        ).returncode


def main() -> None:
    """Search."""
    args = parse_args()
    os.makedirs(args.work_dir, exist_ok=True)

    def launch(action: str, arguments: Sequence[str], log: Path) -> int:
        """Run a tool in a process of its own; return its exit code."""
        return run_tool(action, arguments, log, args.gpus)

    search = LabelFreeSearch(
        args.config,
        args.search,
        args.work_dir,
        launch,
        args.cfg_options,
        args.metric_options,
    )
    outcomes = search.run()
    write_report(outcomes, args.work_dir)
    sys.stdout.write(format_report(outcomes))
    if any(outcome.error for outcome in outcomes):
        sys.exit(1)


if __name__ == '__main__':
    main()
