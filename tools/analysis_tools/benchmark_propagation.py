"""Time the propagation of labels, and say how much memory it takes.

Prints processor seconds for one frame on one core, the least and the median
of several runs, and the most memory that the process has held, interpreter,
libraries and features included.

    python tools/analysis_tools/benchmark_propagation.py --dense

With --dense all cells are compared with all others as well, as in the
released code of DINO, which takes gigabytes at the default size.

    python tools/analysis_tools/benchmark_propagation.py --frame 240 416

With --frame the encoder is timed as well, ViT-S/8 on frames of that size: its
first blocks on a frame, and an iteration of the training of the last two.
"""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.models.losses import LabelContrastLoss
from mmmotion.postprocessing import (
    FrameEncoder,
    VideoTokens,
    propagate_labels,
    tune_features,
)

MAX_DIFFERENCE = 1e-4


def parse_args(args: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--grid',
        type=int,
        nargs=2,
        default=(60, 104),
        metavar=('ROWS', 'COLUMNS'),
        help='cells of a frame (default: patches of 8 pixels at 480p)',
    )
    parser.add_argument('--channels', type=int, default=384)
    parser.add_argument('--sources', type=int, default=8)
    parser.add_argument('--labels', type=int, default=4)
    parser.add_argument('--radius', type=int, default=12)
    parser.add_argument('--top-k', type=int, default=5)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--dense', action='store_true')
    parser.add_argument('--frame', type=int, nargs=2, metavar=('H', 'W'))
    return parser.parse_args(args)


def make_inputs(
    options: argparse.Namespace
) -> tuple[list[Tensor], list[Tensor]]:
    """Features of the target and the sources, and labels of the sources."""
    torch.manual_seed(0)
    size = tuple(options.grid)
    # As the encoder returns them: the channels of a cell lie together.
    features = [
        torch.randn(*size, options.channels).permute(2, 0, 1)
        for _ in range(1 + options.sources)
    ]
    labels = list(torch.rand(options.sources, options.labels, *size))
    return features, labels


def propagate_densely(
    features: Sequence[Tensor],
    labels: Sequence[Tensor],
    radius: int,
    top_k: int,
    temperature: float = 0.1,
) -> Tensor:
    """The same by a matrix of all pairs of cells."""
    h, w = features[0].shape[-2:]
    rows = torch.arange(h).repeat_interleave(w)
    columns = torch.arange(w).repeat(h)
    near = (rows[:, None] - rows).abs() <= radius
    near &= (columns[:, None] - columns).abs() <= radius
    query, *keys = (F.normalize(each.flatten(1), dim=0) for each in features)
    weights = torch.cat([(query.mT @ key / temperature).exp() * near
                         for key in keys],
                        dim=1)
    last = weights.topk(top_k, dim=1).values[:, -1:]
    weights.masked_fill_(weights < last, 0)
    weights /= weights.sum(dim=1, keepdim=True)
    values = torch.cat([label.flatten(1) for label in labels], dim=1)
    return (values @ weights.mT).unflatten(1, (h, w))


def measure(run: Callable[[], Tensor],
            repeats: int) -> tuple[Tensor, list[float]]:
    """Result, and the processor seconds of each run in rising order."""
    times = []
    for _ in range(repeats):
        start = time.process_time()
        result = run()
        times.append(time.process_time() - start)
    return result, sorted(times)


def measure_encoder(size: Sequence[int]) -> tuple[float, float]:
    """Processor seconds of the encoder at the size (H, W) of frames.

    Returns:
        Those of the first blocks on a frame, and those of one iteration of
        the training of the last two on a pair of frames.
    """
    encoder = FrameEncoder(dict(type='ViTEncoder', patch_size=8))
    video = VideoTokens(encoder, num_blocks=2)
    start = time.process_time()
    for _ in range(2):
        grid = video.add(255 * torch.rand(3, *size))
    embedded = time.process_time()
    mask = torch.zeros(1, *grid)
    mask[:, grid[0] // 4:-grid[0] // 4, grid[1] // 4:-grid[1] // 4] = 1
    tune_features(
        video,
        [mask, mask],
        LabelContrastLoss(),
        dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-5)),
        num_steps=1,
        num_warmup=0,
        max_gap=1,
        seed=0,
    )
    return (embedded - start) / 2, time.process_time() - embedded


def peak_memory() -> float:
    """The most that the process has held, in GiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**(30 if sys.platform == 'darwin' else 20)


def main(args: Sequence[str] | None = None) -> int:
    """Print one line for each way.

    Returns:
        0, or 1 if the results differ.
    """
    options = parse_args(args)
    torch.set_num_threads(1)
    features, labels = make_inputs(options)
    settings = dict(radius=options.radius, top_k=options.top_k)
    ways = dict(
        windows=lambda:
        propagate_labels(features[0], features[1:], labels, **settings),
    )
    if options.dense:
        ways['dense'] = lambda: propagate_densely(features, labels, **settings)
    print(f'{"way":<8} {"least s":>8} {"median s":>8} {"peak GiB":>8}')
    results = []
    for name, run in ways.items():
        result, times = measure(run, options.repeats)
        results.append(result)
        print(
            f'{name:<8} {times[0]:8.3f} {times[len(times) // 2]:8.3f} '
            f'{peak_memory():8.2f}',
            flush=True,
        )
    difference = max((results[0] - other).abs().max() for other in results)
    if options.dense:
        print(f'largest difference {difference:.1e}')
    if options.frame:
        embedding, step = measure_encoder(options.frame)
        print(f'first blocks {embedding:.1f} s a frame')
        print(f'training {step:.1f} s an iteration')
    return int(difference > MAX_DIFFERENCE)


if __name__ == '__main__':
    raise SystemExit(main())
