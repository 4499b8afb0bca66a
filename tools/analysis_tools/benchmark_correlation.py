"""Time of the ways to compute the correlation of PWC-lite in plain torch.

One row per way, with the features of the finest level that are compared:
the toolbox's loop over the displacements, a window gathered by unfold, and
one product with a view of all windows, by einsum or by matmul.
"""

import argparse
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.flow.correlation import correlate

Correlation = Callable[[Tensor, Tensor, int], Tensor]


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--size',
        type=int,
        nargs=2,
        default=(64, 112),
        help='of the features: a quarter of the frames (64 112)',
    )
    parser.add_argument('--channels', type=int, default=32)
    parser.add_argument('--batch-size', type=int, default=2)
    parser.add_argument('--radius', type=int, default=4)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--device', default='cpu')
    parser.add_argument(
        '--threads', type=int, default=1, help='of the CPU (1)'
    )
    return parser.parse_args(args)


def by_unfold(first: Tensor, second: Tensor, radius: int) -> Tensor:
    """Gather the window of every pixel, then multiply."""
    batch, channels, height, width = first.shape
    windows = F.unfold(second, 2 * radius + 1, padding=radius)
    windows = windows.view(batch, channels, -1, height, width)
    return (first[:, :, None] * windows).mean(dim=1)


def _view_windows(second: Tensor, radius: int) -> Tensor:
    """(B, C, h, w, 2r + 1, 2r + 1) windows that share their memory."""
    size = 2 * radius + 1
    padded = F.pad(second, (radius, ) * 4)
    return padded.unfold(2, size, 1).unfold(3, size, 1)


def by_einsum(first: Tensor, second: Tensor, radius: int) -> Tensor:
    """Contract the channels with a view of all windows."""
    windows = _view_windows(second, radius)
    product = torch.einsum('bchw,bchwij->bijhw', first, windows)
    return product.flatten(1, 2) / first.shape[1]


def by_matmul(first: Tensor, second: Tensor, radius: int) -> Tensor:
    """Multiply one row by one matrix per pixel."""
    windows = _view_windows(second, radius).flatten(4)
    rows = first.permute(0, 2, 3, 1)[..., None, :]
    product = rows @ windows.permute(0, 2, 3, 1, 4)
    return product.squeeze(-2).permute(0, 3, 1, 2) / first.shape[1]


WAYS: dict[str, Correlation] = {
    'loop': correlate,
    'unfold': by_unfold,
    'einsum': by_einsum,
    'matmul': by_matmul,
}
"""The ways to compare; the first is that of the toolbox."""


def measure(
    way: Correlation, first: Tensor, second: Tensor, radius: int, repeats: int
) -> tuple[float, float]:
    """Least seconds of the values, and of values and gradients.

    Args:
        way: One of :data:`WAYS`.
        first: (B, C, h, w) features.
        second: (B, C, h, w) features.
        radius: Largest displacement.
        repeats: How often to measure after a first time.
    """
    pair = [features.requires_grad_() for features in (first, second)]
    values, both = [], []
    for _ in range(repeats + 1):
        _wait(first)
        start = time.perf_counter()
        costs = way(*pair, radius)
        _wait(first)
        values.append(time.perf_counter() - start)
        torch.autograd.grad(costs.sum(), pair)
        _wait(first)
        both.append(time.perf_counter() - start)
    return min(values[1:]), min(both[1:])


def _wait(features: Tensor) -> None:
    if features.is_cuda:
        torch.cuda.synchronize(features.device)


def main(args: list[str] | None = None) -> None:
    """Print one row per way."""
    options = parse_args(args)
    torch.set_num_threads(options.threads)
    generator = torch.Generator().manual_seed(0)
    shape = (options.batch_size, options.channels, *options.size)
    first, second = (
        torch.randn(shape, generator=generator).to(options.device)
        for _ in range(2)
    )
    print('| way | forward, ms | with backward, ms |\n| --- | --- | --- |')
    for name, way in WAYS.items():
        seconds = measure(way, first, second, options.radius, options.repeats)
        print(f'| {name} | {" | ".join(f"{1000 * s:.2f}" for s in seconds)} |')


if __name__ == '__main__':
    main()
