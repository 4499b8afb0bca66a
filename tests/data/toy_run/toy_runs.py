"""Run the toy training, or a test, in processes of its own."""

import importlib
import itertools
import json
import math
import multiprocessing
import os
import socket
import sys
from pathlib import Path

import mmengine.config.config
import torch
import yapf.yapflib.yapf_api
from mmengine.config import Config
from mmengine.registry import Registry

from mmmotion import registry
from mmmotion.engine import build_runner, load_config

# What a run imports late is imported once, in the server that forks.
PRELOADED = (
    'matplotlib.backends.backend_agg', 'matplotlib.figure',
    'matplotlib.pyplot', 'scipy.optimize', 'setuptools', 'toy_parts',
    'torch._dynamo'
)
for name in PRELOADED:
    importlib.import_module(name)
for value in vars(registry).values():
    if isinstance(value, Registry):
        value.import_from_location()

_NUMBERS = itertools.count()
FOLDER = Path(__file__).parent


def toy_config(work_dir, config='toy_config.py', **options) -> Config:
    """Load the toy config; double underscores in options mean dots."""
    options = {key.replace('__', '.'): v for key, v in options.items()}
    cfg = load_config(FOLDER / config, options)
    cfg.work_dir = str(work_dir)
    # mmengine tells runs of one process apart by name and second.
    cfg.experiment_name = f'toy{next(_NUMBERS)}'
    return cfg


def run(cfg: Config, action: str, environment: dict, log: str) -> None:
    """Train or test in this process; what it prints goes to a file."""
    sys.stdout = sys.stderr = open(log, 'a')
    os.environ.update(environment)
    torch.set_num_threads(1)
    # Formatting the config for the log and each checkpoint takes longer
    # than everything else.
    for module in (mmengine.config.config, yapf.yapflib.yapf_api):
        module.FormatCode = lambda text, **_: (text, False)
    getattr(build_runner(cfg), action)()


def train_in_processes(work_dir, ranks=1, resume=False, **options):
    """Train in fresh processes and return their exit codes."""
    cfg = toy_config(work_dir, **options)
    cfg.resume = resume
    return run_in_processes(cfg, 'train', ranks)


def run_in_processes(cfg, action, ranks=1):
    """Train or test in fresh processes and return their exit codes."""
    context = multiprocessing.get_context('forkserver')
    cfg.launcher = 'none' if ranks == 1 else 'pytorch'
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    Path(cfg.work_dir).mkdir(parents=True, exist_ok=True)
    processes = []
    for rank in range(ranks):
        environment = dict(
            RANK=str(rank),
            LOCAL_RANK=str(rank),
            WORLD_SIZE=str(ranks),
            MASTER_ADDR='127.0.0.1',
            MASTER_PORT=str(port),
        )
        log = str(Path(cfg.work_dir) / f'rank{rank}.txt')
        process = context.Process(
            target=run, args=(cfg, action, environment, log)
        )
        process.start()
        processes.append(process)
    for process in processes:
        process.join(timeout=300)
    codes = [process.exitcode for process in processes]
    for process in processes:
        process.kill()
    return codes


def read_losses(work_dir) -> list[dict[int, float]]:
    """Read the logged losses by iteration, one dict per run."""
    runs = []
    for path in sorted(Path(work_dir).glob('*/vis_data/scalars.json')):
        last = math.inf
        for record in map(json.loads, path.read_text().splitlines()):
            if 'loss' not in record:
                continue
            # Runs that begin in the same second share a file.
            if record['step'] <= last:
                runs.append({})
            last = record['step']
            runs[-1][last] = record['loss']
    return runs
