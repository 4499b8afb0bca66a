"""Time the dense CRF on one core, beside pydensecrf where it is installed.

Prints processor seconds per frame, from the frame and the energies to the
probabilities, the least of several interleaved runs, and on which share of
the pixels the labels differ. Without files it makes frames of every kind.

    python tools/analysis_tools/benchmark_dense_crf.py --iterations 5 50

pydensecrf (Krähenbühl's own code, wrapped) has to be built from source:
``pip install pydensecrf2``, with a C++ compiler.
"""

import argparse
import importlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import torch

from mmmotion.flow.frames import read_frame, resize_frame
from mmmotion.postprocessing.crf import CRFParameters, dense_crf, mask_unary

MAX_DIFFERENT = 1e-3
_Solve = Callable[[], np.ndarray]


def parse_args(args: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('frames', nargs='*', help='image files')
    parser.add_argument(
        '--masks',
        nargs='*',
        default=(),
        help='a mask per image, blurred here; without, smooth noise',
    )
    parser.add_argument(
        '--size',
        type=int,
        nargs=2,
        metavar=('HEIGHT', 'WIDTH'),
        help='size to work at (default: that of the images, or 480 854)',
    )
    parser.add_argument('--iterations', type=int, nargs='+', default=(5, 50))
    parser.add_argument('--spatial-sigma', type=float, default=60.0)
    parser.add_argument('--color-sigma', type=float, default=5.0)
    parser.add_argument('--weight', type=float, default=5.0)
    parser.add_argument(
        '--normalization', choices=('symmetric', 'after'), default='symmetric'
    )
    parser.add_argument('--repeats', type=int, default=3)
    options = parser.parse_args(args)
    if options.masks and len(options.masks) != len(options.frames):
        parser.error('--masks needs as many files as there are images')
    return options


def made_frames(size: tuple[int, int]) -> dict[str, np.ndarray]:
    """(H, W, 3) uint8 frames from one colour to white noise, by name."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(*size, 3))
    smooth = cv2.GaussianBlur(noise, (0, 0), 0.1 * size[0])
    smooth = 128 + 50 * smooth / smooth.std()
    ramp = np.broadcast_to(np.linspace(0, 255, size[1])[:, None], (*size, 3))
    frames = {
        'one colour': np.full((*size, 3), 128.0),
        'ramp': ramp,
        'smooth': smooth,
        'fine texture': smooth + 20 * noise,
        'white noise': rng.uniform(0, 255, (*size, 3)),
    }
    return {
        name: frame.clip(0, 255).astype(np.uint8)
        for name, frame in frames.items()
    }


def soft_mask(
    size: tuple[int, int], mask: np.ndarray | None = None
) -> np.ndarray:
    """A mask with soft and partly wrong borders.

    Args:
        size: (H, W) of the result.
        mask: (H, W) bool; None for noise.

    Returns:
        (H, W) float32 in [0, 1].
    """
    noise = np.random.default_rng(1).standard_normal(size)
    noise = cv2.GaussianBlur(noise, (0, 0), size[0] / 16)
    noise /= noise.std()
    if mask is None:
        return (0.5 + 0.3 * noise).clip(0, 1).astype(np.float32)
    blurred = cv2.GaussianBlur(mask.astype(np.float64), (0, 0), size[0] / 32)
    return (blurred + 0.15 * noise).clip(0, 1).astype(np.float32)


def load_frames(
    options: argparse.Namespace
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Name, frame and soft mask of every image."""
    if not options.frames:
        frames = made_frames(tuple(options.size or (480, 854)))
        return [(k, v, soft_mask(v.shape[:2])) for k, v in frames.items()]
    loaded = []
    for i, path in enumerate(options.frames):
        frame = read_frame(path)
        if options.size:
            frame = resize_frame(frame, tuple(options.size))
        mask = None
        if options.masks:
            mask = read_frame(options.masks[i]).max(axis=2)
            mask = cv2.resize(mask, frame.shape[1::-1]) > 0
        name = '/'.join(Path(path).parts[-2:])
        loaded.append((name, frame, soft_mask(frame.shape[:2], mask)))
    return loaded


def find_pydensecrf() -> ModuleType | None:
    """Import pydensecrf if it is installed."""
    try:
        return importlib.import_module('pydensecrf.densecrf')
    except ModuleNotFoundError:
        return None


def our_solver(
    frame: np.ndarray, unary: np.ndarray, parameters: CRFParameters
) -> _Solve:
    """What runs the toolbox on one frame."""

    def solve() -> np.ndarray:
        """(L, H, W) probabilities."""
        image = torch.from_numpy(frame).permute(2, 0, 1)[None]
        energies = torch.from_numpy(unary)[None]
        return dense_crf(energies, image, parameters)[0].numpy()

    return solve


def their_solver(
    package: ModuleType,
    frame: np.ndarray,
    unary: np.ndarray,
    parameters: CRFParameters,
) -> _Solve:
    """What runs pydensecrf on one frame."""
    normalization = {
        'symmetric': package.NORMALIZE_SYMMETRIC,
        'after': package.NORMALIZE_AFTER,
    }[parameters.normalization]

    def solve() -> np.ndarray:
        """(L, H, W) probabilities."""
        h, w = frame.shape[:2]
        crf = package.DenseCRF2D(w, h, len(unary))
        crf.setUnaryEnergy(unary.reshape(len(unary), -1))
        crf.addPairwiseBilateral(
            sxy=parameters.spatial_sigma,
            srgb=parameters.color_sigma,
            rgbim=frame,
            compat=parameters.bilateral_weight,
            normalization=normalization,
        )
        return np.array(crf.inference(parameters.num_iters)).reshape(-1, h, w)

    return solve


def least_times(solvers: Sequence[_Solve],
                repeats: int) -> tuple[list[float], list[np.ndarray]]:
    """Least processor seconds of each solver, and what it returns.

    The solvers take turns, so that other programs disturb all of them.
    """
    times = [float('inf')] * len(solvers)
    results: list[np.ndarray] = [np.empty(0)] * len(solvers)
    for _ in range(repeats):
        for i, solve in enumerate(solvers):
            start = time.process_time()
            results[i] = solve()
            times[i] = min(times[i], time.process_time() - start)
    return times, results


def main(args: Sequence[str] | None = None) -> int:
    """Print one line per frame and number of iterations.

    Returns:
        0, or 1 if the labels of a frame differ too much from pydensecrf's.
    """
    options = parse_args(args)
    torch.set_num_threads(1)
    package = find_pydensecrf()
    if package is None:
        print('pydensecrf is not installed: only the toolbox is timed')
    print(
        f'{"frame":<24} {"size":>9} {"iter":>4} {"ours s":>7} '
        f'{"pydensecrf s":>12} {"ratio":>6} {"labels that differ":>18}'
    )
    worst = 0.0
    for name, frame, mask in load_frames(options):
        unary = mask_unary(torch.from_numpy(mask)).numpy()
        size = f'{frame.shape[0]}x{frame.shape[1]}'
        for num_iters in options.iterations:
            parameters = CRFParameters(
                spatial_sigma=options.spatial_sigma,
                color_sigma=options.color_sigma,
                bilateral_weight=options.weight,
                num_iters=num_iters,
                normalization=options.normalization,
            )
            solvers = [our_solver(frame, unary, parameters)]
            if package is not None:
                solvers.append(their_solver(package, frame, unary, parameters))
            times, results = least_times(solvers, options.repeats)
            line = f'{name:<24} {size:>9} {num_iters:4d} {times[0]:7.3f}'
            if package is not None:
                labels = [result.argmax(axis=0) for result in results]
                different = float(np.mean(labels[0] != labels[1]))
                worst = max(worst, different)
                ratio = times[1] / times[0]
                line += f' {times[1]:12.3f} {ratio:6.2f} {different:18.1e}'
            print(line, flush=True)
    return int(worst > MAX_DIFFERENT)


if __name__ == '__main__':
    raise SystemExit(main())
