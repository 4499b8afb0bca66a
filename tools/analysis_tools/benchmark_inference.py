r"""Measure how many frames a second a config segments, stage by stage.

The frames are the first ones of the config's test data set. Loading runs in
this process; the network sees single frames, as in a test; post-processing
sees whole videos and ends with masks at the size of the annotation. Where the
network needs the whole video too, as that of OCLR, both are one stage. The
optical flow that a method reads has been computed before and is counted
apart: seconds of the config's estimator for the flows of one frame. Example::

    python tools/analysis_tools/benchmark_inference.py \
        configs/mg/mg_synthetic.py --num-frames 40
"""

import argparse
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.registry import init_default_scope

from mmmotion.engine import (
    add_config_options,
    add_device_argument,
    load_checkpoint,
    load_config,
)
from mmmotion.flow.estimators import FlowEstimator, complete_settings
from mmmotion.flow.frames import read_frame, resize_frame
from mmmotion.models.segmentors import BaseSegmentor, FramePrediction
from mmmotion.registry import DATASETS, FLOW_ESTIMATORS, MODELS

_FLOW_REPEATS = 5


@dataclass(frozen=True)
class Timing:
    """Seconds per frame of each stage.

    Attributes:
        stages: By name: ``'loading'``, reading and shaping, flow files
            included; ``'network'``, from the batch to soft regions;
            ``'post-processing'``, from these to masks at full size. The last
            two are one stage if regions are found in whole videos alone.
        num_flows: Flows that a frame needs.
        flow: Estimation of all of them; None without an estimator.
    """

    stages: dict[str, float]
    num_flows: int
    flow: float | None

    @property
    def total(self) -> float:
        """Everything but the estimation of flow."""
        return sum(self.stages.values())

    def __str__(self) -> str:
        stages = [*self.stages.items(), ('all of these', self.total)]
        if self.flow is not None:
            label = f'flow estimation ({self.num_flows} a frame)'
            stages.append((label, self.flow))
        return '\n'.join(
            f'{name:32s} {1000 * seconds:9.1f} ms  {1 / seconds:9.1f} frames/s'
            for name, seconds in stages
        )


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('config', help='config file with test_dataloader')
    parser.add_argument(
        'checkpoint', nargs='?', help='weights (random ones without)'
    )
    parser.add_argument(
        '--num-frames', type=int, default=50, help='frames to measure (50)'
    )
    parser.add_argument(
        '--flow-estimator',
        help='name of the estimator to count (that of the config)',
    )
    parser.add_argument(
        '--flow-size',
        type=int,
        nargs=2,
        metavar=('HEIGHT', 'WIDTH'),
        help='size at which flow is estimated (that of the frames)',
    )
    add_device_argument(parser)
    add_config_options(parser)
    args = parser.parse_args(argv)
    if args.num_frames < 2:
        parser.error(
            f'--num-frames: expected at least 2, got {args.num_frames}'
        )
    return args


class _Stopwatch:
    """Adds up the seconds of named stages."""

    def __init__(self, device: str) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.on_gpu = torch.device(device).type == 'cuda'

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Count what happens inside."""
        begin = time.perf_counter()
        yield
        if self.on_gpu:
            torch.cuda.synchronize()
        self.seconds[stage] += time.perf_counter() - begin


def time_segmentation(
    model: BaseSegmentor, dataset: BaseDataset, num_frames: int, device: str
) -> tuple[dict[str, float], int]:
    """Segment the first frames of a data set.

    Returns:
        Seconds per frame of each stage, see :class:`Timing`, and the number
        of flows that a frame has.
    """
    with torch.inference_mode():
        _segment(model, dataset, range(1), _Stopwatch(device))
        indices = range(min(num_frames, len(dataset)))
        watch = _Stopwatch(device)
        num_flows = _segment(model, dataset, indices, watch)
    return {
        stage: seconds / len(indices)
        for stage, seconds in watch.seconds.items()
    }, num_flows


def _segment(
    model: BaseSegmentor,
    dataset: BaseDataset,
    indices: range,
    watch: _Stopwatch,
) -> int:
    """Segment some frames and return how many flows one has."""
    frames: list[FramePrediction] = []
    num_flows = 0
    for index in indices:
        with watch.measure('loading'):
            batch = pseudo_collate([dataset[index]])
        if 'flows' in batch['inputs']:
            num_flows = len(batch['inputs']['flows'][0])
        with watch.measure('network'):
            batch = model.data_preprocessor(batch, False)
            frames += model.predict_regions(**batch)
    last = 'post-processing'
    if not len(frames[0].masks):  # its network waits for the whole video
        last = 'network and post-processing'
        watch.seconds[last] = watch.seconds.pop('network')
    with watch.measure(last):
        for _, group in itertools.groupby(
                frames, lambda frame: frame.data_sample.video_id):
            video = list(group)
            model.finish_video(video)
            for frame in video:
                model.finish_frame(frame)
    return num_flows


def time_flow(
    estimator: FlowEstimator,
    dataset: BaseDataset,
    size: tuple[int, int] | None = None,
) -> float:
    """Seconds for one flow between the first two frames of a data set.

    Frames that lie in no file, as those of the synthetic world, are replaced
    by noise of their size.
    """
    pair = [_frame(dataset, index) for index in range(2)]
    if size is not None:
        pair = [resize_frame(frame, size) for frame in pair]
    estimator.estimate(*pair)
    begin = time.perf_counter()
    for _ in range(_FLOW_REPEATS):
        estimator.estimate(*pair)
    return (time.perf_counter() - begin) / _FLOW_REPEATS


def _frame(dataset: BaseDataset, index: int) -> np.ndarray:
    """(H, W, 3) uint8 RGB."""
    info = dataset.get_data_info(index)
    if 'img_path' in info:
        return read_frame(Path(info['img_path']))
    size = dataset[index]['data_samples'].ori_shape
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    return np.roll(noise, 2 * index, axis=1)


def benchmark(cfg: Config, args: argparse.Namespace) -> Timing:
    """Measure a config as the command line says.

    Args:
        cfg: Config with ``model`` and ``test_dataloader``.
        args: What :func:`parse_args` returns.

    Raises:
        TypeError: If the model is no segmentor.
    """
    model = MODELS.build(cfg.model)
    if not isinstance(model, BaseSegmentor):
        raise TypeError(
            f'expected the model of {cfg.filename} to be a BaseSegmentor, '
            f'got {type(model).__name__}'
        )
    if args.checkpoint:
        load_checkpoint(model, args.checkpoint, map_location='cpu')
    model.to(args.device).eval()
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    seconds, num_flows = time_segmentation(
        model, dataset, args.num_frames, args.device
    )
    flow = None
    estimator = args.flow_estimator
    estimator = estimator or cfg.test_dataloader.dataset.get('flow_estimator')
    if num_flows and estimator:
        built = FLOW_ESTIMATORS.build(complete_settings(estimator))
        size = None if args.flow_size is None else tuple(args.flow_size)
        flow = num_flows * time_flow(built, dataset, size)
    return Timing(seconds, num_flows, flow)


def main(argv: list[str] | None = None) -> None:
    """Measure and print one line for each stage."""
    args = parse_args(argv)
    cfg = load_config(args.config, args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmmotion'))
    weights = args.checkpoint or 'random weights'
    print(
        f'{args.config}, {weights}, on {args.device}, '
        f'{torch.get_num_threads()} threads, per frame:'
    )
    print(benchmark(cfg, args))


if __name__ == '__main__':
    main()
