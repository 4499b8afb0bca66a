r"""Measure what the segmentation of one's own video costs.

Runs the whole of ``mmmotion-segment`` in this process, on a video that is
named or generated, and prints seconds per stage, the peak of the memory (of
this process, and of the largest worker) and what lies on disk. A generated
video shows a textured square that moves over a background that moves too.
Memory is bounded whatever the length, which this shows::

    python tools/analysis_tools/benchmark_video.py --num-frames 5000 \
        --size 120 214 --method robust-background
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmmotion.apis import MotionInferencer
from mmmotion.visualization import write_video

_MEBIBYTE = 2**20


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('video', nargs='?', help='generated if left out')
    parser.add_argument('--num-frames', type=int, default=50)
    parser.add_argument(
        '--size', nargs=2, type=int, default=(480, 854), metavar=('H', 'W')
    )
    parser.add_argument('--method', default='gwm')
    parser.add_argument('--weights')
    parser.add_argument('--device')
    parser.add_argument('--adapt-iters', type=int)
    parser.add_argument('--workers', type=int)
    parser.add_argument('--no-report', action='store_true')
    return parser.parse_args(argv)


def generate_frames(count: int, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Yield (H, W, 3) uint8 frames of a moving square, one at a time."""
    rng = np.random.default_rng(0)
    height, width = size
    grid = (height // 8 + 1, width // 4 + 1, 3)
    wall = cv2.resize(
        rng.integers(0, 180, grid, np.uint8), (2 * width, height),
        interpolation=cv2.INTER_CUBIC
    )  # yapf: disable
    side = height // 4
    square = cv2.resize(
        rng.integers(80, 256, (8, 8, 3), np.uint8), (side, side),
        interpolation=cv2.INTER_CUBIC
    )  # yapf: disable
    for t in range(count):
        shift = round(abs(t % (2 * width) - width))  # there and back
        frame = wall[:, shift:shift + width].copy()
        x = round((width - side) * (0.5 + 0.5 * np.sin(t / 20)))
        y = round((height - side) * (0.5 + 0.3 * np.cos(t / 30)))
        frame[y:y + side, x:x + side] = square
        yield frame


def peak_memory(who: int) -> float:
    """Peak of the memory in MiB, of this process or of its workers."""
    peak = resource.getrusage(who).ru_maxrss
    return peak / (_MEBIBYTE if sys.platform == 'darwin' else 1024)


def folder_size(folder: Path) -> float:
    """Size of the files in a folder in MiB."""
    files = (path for path in folder.rglob('*') if path.is_file())
    return sum(path.stat().st_size for path in files) / _MEBIBYTE


def main(argv: Sequence[str] | None = None) -> None:
    """Run and measure."""
    args = parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        video = args.video
        if video is None:
            video = str(Path(folder, 'generated.mp4'))
            size = args.size[0], args.size[1]
            write_video(video, generate_frames(args.num_frames, size), 25)
        inferencer = MotionInferencer(args.method, args.weights, args.device)
        begin = peak_memory(resource.RUSAGE_SELF)
        start = time.perf_counter(), time.process_time()
        result = inferencer(
            video,
            folder,
            adapt_iters=args.adapt_iters,
            num_workers=args.workers,
            report=not args.no_report,
        )
        wall = time.perf_counter() - start[0]
        busy = time.process_time() - start[1]
        for stage, seconds in inferencer.progress.seconds.items():
            print(f'{stage:10} {seconds:8.1f} s')
        print(f'all        {wall:8.1f} s, {busy:.1f} s of this process alone')
        print(f'frames     {len(result):8d} of (H, W) = {result.size}')
        print(f'memory     {begin:8.0f} MiB before the video')
        peak = peak_memory(resource.RUSAGE_SELF)
        print(f'           {peak:8.0f} MiB at most')
        workers = peak_memory(resource.RUSAGE_CHILDREN)
        print(f'           {workers:8.0f} MiB at most of one worker')
        print(f'disk       {folder_size(Path(folder)):8.0f} MiB')


if __name__ == '__main__':
    main()
