r"""Compare how fast samples are loaded with how fast the model trains on them.

Three numbers for each number of worker processes: samples a second that the
loader alone delivers, images a second that the model alone trains on (batches
in memory), and images a second of both together, as in a training run. Where
workers and model share the same cores, only the last one is the truth.
Example::

    python tools/analysis_tools/benchmark_dataloading.py \
        configs/gwm/gwm_unet-tiny_davis.py --num-workers 0 1 2
"""

import argparse
import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from mmengine.config import Config
from mmengine.dist import get_dist_info
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapper, build_optim_wrapper
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmmotion.engine import (
    add_config_options,
    add_device_argument,
    load_config,
)
from mmmotion.registry import MODELS

_WARM_UP = 3


@dataclass(frozen=True)
class Timing:
    """What was measured for one number of worker processes.

    Attributes:
        num_workers: Worker processes of the loader, 0 for none.
        loading: Samples a second of the loader alone.
        training: Images a second of the model alone.
        together: Images a second of the model fed by the loader.
    """

    num_workers: int
    loading: float
    training: float
    together: float

    @property
    def bottleneck(self) -> str:
        """The part that a training run waits for."""
        return 'model' if self.loading >= self.training else 'data loading'

    @property
    def lost(self) -> float:
        """Share of a run's time that goes to waiting for data."""
        return max(0.0, 1 - self.together / self.training)

    def __str__(self) -> str:
        return (
            f'{self.num_workers:7d}  {self.loading:9.1f}  '
            f'{self.training:10.1f}  {self.together:10.1f}  '
            f'{self.lost:5.0%}  {self.bottleneck}'
        )


HEADER = 'workers  loading/s  training/s  together/s   lost  bottleneck'


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('config', help='config file with train_dataloader')
    parser.add_argument(
        '--num-workers',
        type=int,
        nargs='+',
        help='worker processes to try (those of the config, and 0, 1, 2)',
    )
    parser.add_argument(
        '--num-batches',
        type=int,
        default=30,
        help='batches of each measurement (30)',
    )
    add_device_argument(parser)
    add_config_options(parser)
    args = parser.parse_args(argv)
    if args.num_batches < 1:
        parser.error(
            f'--num-batches: expected at least 1, got '
            f'{args.num_batches}'
        )
    return args


def build_loader(cfg: Config, num_workers: int) -> DataLoader:
    """Build the training loader with another number of workers."""
    loader_cfg = cfg.train_dataloader.to_dict()
    loader_cfg['num_workers'] = num_workers
    if num_workers == 0:
        for key in ('persistent_workers', 'prefetch_factor'):
            loader_cfg.pop(key, None)
    return Runner.build_dataloader(loader_cfg, seed=0)


def endless(loader: DataLoader) -> Iterator[dict]:
    """Yield batches for as long as they are asked for."""
    while True:
        yield from loader


def time_loading(loader: DataLoader, num_batches: int) -> float:
    """Samples a second of the loader alone.

    What the workers have made during the warm-up is used up before the clock
    starts, so that their store does not pass for speed.
    """
    batches = endless(loader)
    ahead = loader.num_workers * (loader.prefetch_factor or 0)
    for _ in itertools.islice(batches, _WARM_UP + ahead):
        pass
    begin = time.perf_counter()
    num_samples = sum(
        len(batch['data_samples'])
        for batch in itertools.islice(batches, num_batches)
    )
    return num_samples / (time.perf_counter() - begin)


def time_training(
    model: BaseModel, optim_wrapper: OptimWrapper, batches: Iterable[dict]
) -> float:
    """Images a second of training steps, the time for batches included."""
    iterator = iter(batches)
    for batch in itertools.islice(iterator, _WARM_UP):
        model.train_step(batch, optim_wrapper)
    _synchronize(model)
    begin = time.perf_counter()
    num_images = 0
    for batch in iterator:
        model.train_step(batch, optim_wrapper)
        num_images += len(batch['data_samples'])
    _synchronize(model)
    return num_images / (time.perf_counter() - begin)


def benchmark(
    cfg: Config, num_workers: Iterable[int], num_batches: int, device: str
) -> Iterator[Timing]:
    """Measure one number of workers after the other.

    Args:
        cfg: Config with ``model``, ``optim_wrapper``, ``train_dataloader``.
        num_workers: Numbers of worker processes.
        num_batches: Batches of each measurement.
        device: Where the model trains.
    """
    model = MODELS.build(cfg.model).to(device)
    model.train()
    optim_wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    steps = _WARM_UP + num_batches
    stored = list(itertools.islice(endless(build_loader(cfg, 0)), _WARM_UP))
    training = time_training(
        model, optim_wrapper, itertools.islice(itertools.cycle(stored), steps)
    )
    for number in num_workers:
        loading = time_loading(build_loader(cfg, number), num_batches)
        loader = build_loader(cfg, number)
        together = time_training(
            model, optim_wrapper, itertools.islice(endless(loader), steps)
        )
        yield Timing(number, loading, training, together)


def main(argv: list[str] | None = None) -> None:
    """Measure and print one line for each number of workers."""
    args = parse_args(argv)
    cfg = load_config(args.config, args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmmotion'))
    configured = cfg.train_dataloader.get('num_workers', 0)
    numbers = args.num_workers or sorted({0, 1, 2, configured})
    print(
        f'{args.config}: batch size {cfg.train_dataloader.batch_size}, model '
        f'on {args.device}, {torch.get_num_threads()} threads, '
        f'{get_dist_info()[1]} process'
    )
    print(HEADER)
    timings = []
    for timing in benchmark(cfg, numbers, args.num_batches, args.device):
        timings.append(timing)
        print(timing, flush=True)
    best = max(timings, key=lambda timing: timing.together)
    print(
        f'Fastest with num_workers={best.num_workers} (config: {configured}): '
        f'{best.together:.1f} images/s, the bottleneck is the '
        f'{best.bottleneck}.'
    )


def _synchronize(model: BaseModel) -> None:
    if next(model.parameters()).is_cuda:
        torch.cuda.synchronize()


if __name__ == '__main__':
    main()
