"""Time J and F of one pair of masks against the plain official recipe.

Both run on one thread on the same masks, which are made here from a seed; the
program fails if their values differ.

    python tools/analysis_tools/benchmark_metrics.py --size 480 854
"""

import argparse
import math
import time
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from mmmotion.evaluation.functional import boundary_f, jaccard

Masks = tuple[np.ndarray, np.ndarray]
Scores = tuple[float, float]


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line.

    Args:
        arguments: Words after the name of the program; its own if None.

    Returns:
        The options.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        '--size',
        type=int,
        nargs=2,
        default=(480, 854),
        metavar=('HEIGHT', 'WIDTH'),
        help='size of the masks (default: 480 854)',
    )
    parser.add_argument(
        '--area',
        type=float,
        default=0.08,
        help='share of the foreground (default: 0.08, as in DAVIS-2016 val)',
    )
    parser.add_argument('--pairs', type=int, default=20)
    parser.add_argument('--repeats', type=int, default=10)
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args(arguments)


def make_pair(
    rng: np.random.Generator, size: tuple[int, int], area: float
) -> Masks:
    """Draw a mask of a few blobs and an imperfect prediction of it.

    Args:
        rng: Source of randomness.
        size: (H, W) of the masks.
        area: Share of the foreground in each.

    Returns:
        (H, W) bool prediction and annotation.
    """

    def smooth(scale: float) -> np.ndarray:
        """Noise without details below a share of the image's height."""
        sigma = scale * size[0]
        blurred = cv2.GaussianBlur(rng.standard_normal(size), (0, 0), sigma)
        return blurred / blurred.std()

    field = smooth(0.08)
    noisy = field + 0.25 * smooth(0.02)
    return (
        noisy > np.quantile(noisy, 1 - area),
        field > np.quantile(field, 1 - area),
    )


def plain_boundary(mask: np.ndarray) -> np.ndarray:
    """Mark the boundary by three whole-image comparisons.

    Args:
        mask: (H, W) bool mask.

    Returns:
        (H, W) bool boundary.
    """
    right, below, diagonal = (np.zeros_like(mask) for _ in range(3))
    right[:, :-1] = mask[:, 1:]
    below[:-1] = mask[1:]
    diagonal[:-1, :-1] = mask[1:, 1:]
    boundary = (mask ^ right) | (mask ^ below) | (mask ^ diagonal)
    boundary[-1] = mask[-1] ^ right[-1]
    boundary[:, -1] = mask[:, -1] ^ below[:, -1]
    boundary[-1, -1] = False
    return boundary


def plain_scores(prediction: np.ndarray, annotation: np.ndarray) -> Scores:
    """Follow the recipe of the official programs, step by step.

    Args:
        prediction: (H, W) bool mask.
        annotation: (H, W) bool mask.

    Returns:
        J and F.
    """
    union = np.sum(prediction | annotation)
    both = np.sum(prediction & annotation)
    region = 1.0 if union == 0 else float(both / union)
    radius = math.ceil(0.008 * np.linalg.norm(annotation.shape))
    offsets = np.arange(-radius, radius + 1)
    disk = (offsets[:, None]**2 + offsets**2 <= radius**2).astype(np.uint8)
    found, wanted = plain_boundary(prediction), plain_boundary(annotation)
    near_found = cv2.dilate(found.astype(np.uint8), disk)
    near_wanted = cv2.dilate(wanted.astype(np.uint8), disk)
    num_found, num_wanted = np.sum(found), np.sum(wanted)
    if num_found == 0 or num_wanted == 0:
        return region, float(num_found == num_wanted)
    precision = np.sum(found * near_wanted) / num_found
    recall = np.sum(wanted * near_found) / num_wanted
    if precision + recall == 0:
        return region, 0.0
    return region, float(2 * precision * recall / (precision + recall))


def our_scores(prediction: np.ndarray, annotation: np.ndarray) -> Scores:
    """Call the functions of the toolbox.

    Args:
        prediction: (H, W) bool mask.
        annotation: (H, W) bool mask.

    Returns:
        J and F.
    """
    return jaccard(prediction, annotation), boundary_f(prediction, annotation)


def time_scores(
    score: Callable[[np.ndarray, np.ndarray], Scores],
    pairs: Sequence[Masks],
    repeats: int,
) -> np.ndarray:
    """Time each pair several times.

    Args:
        score: Function of prediction and annotation.
        pairs: The masks.
        repeats: Number of calls per pair.

    Returns:
        (pairs * repeats,) milliseconds of CPU time.
    """
    times = []
    for _ in range(repeats):
        for pair in pairs:
            start = time.process_time_ns()
            score(*pair)
            times.append((time.process_time_ns() - start) / 1e6)
    return np.array(times)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark.

    Args:
        arguments: Words after the name of the program; its own if None.

    Returns:
        0 if all values are equal, else 1.
    """
    args = parse_args(arguments)
    cv2.setNumThreads(1)
    rng = np.random.default_rng(args.seed)
    pairs = [
        make_pair(rng, tuple(args.size), args.area) for _ in range(args.pairs)
    ]
    ours = np.array([our_scores(*pair) for pair in pairs])
    plain = np.array([plain_scores(*pair) for pair in pairs])
    print(
        f'{args.pairs} pairs of {args.size[0]}x{args.size[1]}, one thread; '
        'milliseconds of CPU time for J and F of one pair'
    )
    for name, score in (('toolbox', our_scores), ('plain', plain_scores)):
        times = time_scores(score, pairs, args.repeats)
        print(
            f'{name:>8}: median {np.median(times):6.2f}  '
            f'best {times.min():6.2f}  worst {times.max():6.2f}'
        )
    difference = np.abs(ours - plain).max(axis=0)
    print(
        f'mean J {ours[:, 0].mean():.4f}, mean F {ours[:, 1].mean():.4f}; '
        f'largest difference: J {difference[0]:.1e}, F {difference[1]:.1e}'
    )
    return int(difference.max() > 0)


if __name__ == '__main__':
    raise SystemExit(main())
