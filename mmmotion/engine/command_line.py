"""What several command lines have in common."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.config import Config, DictAction

from mmmotion.flow.process_pool import WorkerError

from .checkpoint_io import CheckpointError
from .config_check import load_config
from .launch import set_work_dir

_INTERRUPTED = 130  # as shells count: 128 and the number of the signal
_TOLD = (
    CheckpointError, ImportError, OSError, SyntaxError, TypeError, ValueError,
    WorkerError
)  # yapf: disable


@contextmanager
def end_in_a_line(command: str) -> Iterator[None]:
    """End a command in one line where the user can tell what to do.

    That is Ctrl-C, and errors about files, values, their types, optional
    packages, checkpoints and processes that died. For commands that can be
    killed at any moment and go on when they are started again.

    Args:
        command: Name at the beginning of the line.

    Raises:
        SystemExit: With the message, or with 130 after Ctrl-C.
    """
    try:
        yield
    except KeyboardInterrupt as error:
        sys.stderr.write(
            f'{command}: stopped; what is written is whole, and the same '
            'command goes on from there\n'
        )
        raise SystemExit(_INTERRUPTED) from error
    except _TOLD as error:
        raise SystemExit(f'{command}: {error}') from error


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--cfg-options``, which changes values of a config.

    Args:
        parser: Parser to which it is added.
    """
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='change values of the config, e.g. optim_wrapper.optimizer.lr=0.1'
    )


def add_device_argument(parser: argparse.ArgumentParser) -> None:
    """Add ``--device``, by default CUDA if there is a device.

    Args:
        parser: Parser to which it is added.
    """
    parser.add_argument(
        '--device',
        default='cuda' if torch.cuda.is_available() else 'cpu',
        help='where the model runs (cuda if there is one)'
    )


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that decide how a config is run.

    Args:
        parser: Parser to which they are added; it has ``config``.
    """
    parser.add_argument(
        '--work-dir',
        help='folder of logs, checkpoints and results; default: '
        'work_dir of the config or work_dirs/<name of the config>'
    )
    add_config_options(parser)
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='who has started the processes'
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0)


def load_run_config(args: argparse.Namespace) -> Config:
    """Load the config that a command line names, with its changes.

    Sets the environment variable ``LOCAL_RANK``, unless the launcher has.

    Args:
        args: ``config`` and the options of :func:`add_run_arguments`.

    Returns:
        The config with ``launcher`` and ``work_dir``.

    Raises:
        FileNotFoundError: If there is no such config.
    """
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    cfg = load_config(args.config, args.cfg_options)
    cfg.launcher = args.launcher
    set_work_dir(cfg, args.config, args.work_dir)
    return cfg
