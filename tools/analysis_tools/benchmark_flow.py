"""End-point error and time of flow estimators on the synthetic world.

Its flow is known exactly. Every estimator sees the same pairs of frames, on
one thread; the time is the median processor time per pair.
"""

import argparse
import time
from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import torch

from mmmotion.datasets import SyntheticMotion
from mmmotion.evaluation.functional import flow_errors
from mmmotion.flow import FlowEstimator
from mmmotion.registry import FLOW_ESTIMATORS

_ESTIMATORS: dict[str, dict] = {
    'no flow': dict(type='ConstantFlowEstimator'),
    'DIS ultrafast': dict(type='DISFlowEstimator', preset='ultrafast'),
    'DIS fast': dict(type='DISFlowEstimator', preset='fast'),
    'DIS medium': dict(type='DISFlowEstimator', preset='medium'),
    'DIS medium, finest_scale=0': dict(
        type='DISFlowEstimator', preset='medium', finest_scale=0
    ),
    'Farneback': dict(type='FarnebackFlowEstimator'),
}
_NUM_FRAMES = 10
_HEADER = (
    'estimator', 'EPE', 'object', 'background', '> 1 px', '> 3 px', 'ms'
)


class Pair(NamedTuple):
    """Two frames with what is true about them.

    Attributes:
        first: (H, W, 3) uint8 RGB.
        second: (H, W, 3) uint8 RGB.
        flow: (H, W, 2) true flow in pixels.
        inside: (H, W) bool, pixels of any object in the first frame.
    """

    first: np.ndarray
    second: np.ndarray
    flow: np.ndarray
    inside: np.ndarray


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--checkpoint', help='weights of PWC-lite, as training writes them'
    )
    parser.add_argument(
        '--plain-features',
        action='store_true',
        help='the checkpoint was trained without normalize_features',
    )
    parser.add_argument('--size', type=int, nargs=2, default=(128, 224))
    parser.add_argument(
        '--gap',
        type=int,
        choices=range(1, _NUM_FRAMES),
        default=1,
        help='frames from the first to the second one of a pair (1)',
    )
    parser.add_argument('--num-scenes', type=int, default=20)
    parser.add_argument('--pairs-per-scene', type=int, default=3)
    return parser.parse_args(args)


def render_pairs(options: argparse.Namespace) -> Iterator[Pair]:
    """Render pairs of scenes that no config trains on.

    Args:
        options: The command line.

    Yields:
        The pairs, scene by scene.
    """
    gap = (options.gap, )
    dataset = SyntheticMotion(
        split='val',
        num_videos=options.num_scenes,
        num_frames=_NUM_FRAMES,
        size=tuple(options.size),
        num_objects=(1, 3),
        gaps=gap,
        test_mode=True,
        pipeline=[dict(type='RenderScene', gaps=gap, frame_gaps=gap)],
    )
    last = dataset.world.num_frames - options.gap
    for scene in range(options.num_scenes):
        for frame in np.linspace(0, last - 1, options.pairs_per_scene):
            results = dataset[scene * dataset.world.num_frames + int(frame)]
            first, second = results['frames']
            yield Pair(
                first,
                second,
                results['flows'][0],
                results['gt_masks'].any(axis=0),
            )


def measure(estimator: FlowEstimator, pairs: list[Pair]) -> list[float]:
    """Average errors over the pairs.

    Args:
        estimator: What is measured.
        pairs: At least one.

    Returns:
        The numbers of a row, in the order of the header.
    """
    rows, seconds = [], []
    for pair in pairs:
        start = time.process_time()
        flow = estimator.estimate(pair.first, pair.second)
        seconds.append(time.process_time() - start)
        errors = flow_errors(flow, pair.flow)
        rows.append([
            errors.epe,
            flow_errors(flow, pair.flow, pair.inside).epe,
            flow_errors(flow, pair.flow, ~pair.inside).epe,
            100 * errors.above_1px,
            100 * errors.above_3px,
        ])
    # A scene may hide all of its objects.
    means = np.nanmean(rows, axis=0).tolist()
    return [*means, 1000 * float(np.median(seconds))]


def format_row(name: str, values: list[float]) -> str:
    """One line of a Markdown table.

    Args:
        name: Name of the estimator.
        values: See :func:`measure`.
    """
    *errors, above_1px, above_3px, milliseconds = values
    cells = [
        name, *(f'{error:.2f}' for error in errors), f'{above_1px:.1f} %',
        f'{above_3px:.1f} %', f'{milliseconds:.1f}'
    ]
    return f'| {" | ".join(cells)} |'


def main(args: list[str] | None = None) -> None:
    """Print one row per estimator."""
    options = parse_args(args)
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    estimators = dict(_ESTIMATORS)
    if options.checkpoint:
        estimators['PWC-lite'] = dict(
            type='PWCLiteFlowEstimator',
            checkpoint=options.checkpoint,
            normalize_features=not options.plain_features,
        )
    # First of all, because weights that are read are logged.
    built = {
        name: FLOW_ESTIMATORS.build(config)
        for name, config in estimators.items()
    }
    pairs = list(render_pairs(options))
    height, width = options.size
    print(f'{len(pairs)} pairs of {height} x {width} pixels\n')
    print(f'| {" | ".join(_HEADER)} |\n|{" --- |" * len(_HEADER)}')
    for name, estimator in built.items():
        print(format_row(name, measure(estimator, pairs)))


if __name__ == '__main__':
    main()
