r"""Measure how fast the scenes of a synthetic world are made, on one core.

A frame is its picture, its exact flow to both neighbours with the pixels that
can be seen there, and the visible and whole shapes of all objects. The time
that it takes to draw a scene is shared by its frames. Processor time, so that
other processes do not count. Example::

    python tools/analysis_tools/benchmark_synthesis.py \
        configs/_base_/datasets/synthetic_layers.py --cfg-options \
        train_dataloader.dataset.size=128,224
"""

import argparse
import time
from dataclasses import dataclass

import cv2

from mmmotion.datasets.dataset_configs import build_synthetic_motion
from mmmotion.datasets.synthesis import (
    SceneKey,
    View,
    WorldSettings,
    build_scene,
)
from mmmotion.engine import add_config_options, load_config

HEADER = 'objects  scenes  ms/scene  ms/frame  frames/s'


@dataclass
class Timing:
    """What was measured for one number of objects.

    Attributes:
        num_objects: Objects in each scene.
        num_scenes: Scenes that were made.
        num_frames: Frames of all of them.
        drawing: Seconds for the scenes.
        rendering: Seconds for the frames.
    """

    num_objects: int
    num_scenes: int = 0
    num_frames: int = 0
    drawing: float = 0.0
    rendering: float = 0.0

    @property
    def speed(self) -> float:
        """Frames a second, scenes included."""
        return self.num_frames / (self.drawing + self.rendering)

    def __str__(self) -> str:
        return (
            f'{self.num_objects:7d}  {self.num_scenes:6d}  '
            f'{1000 * self.drawing / self.num_scenes:8.1f}  '
            f'{1000 * self.rendering / self.num_frames:8.1f}  '
            f'{self.speed:8.1f}'
        )


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('config', help='config file with a SyntheticMotion')
    parser.add_argument(
        '--num', type=int, default=12, help='scenes to make (12)'
    )
    add_config_options(parser)
    args = parser.parse_args(argv)
    if args.num < 1:
        parser.error(f'--num must be at least 1, got {args.num}')
    return args


def render_all(views: list[View]) -> None:
    """Make everything that is known about the frames of a scene."""
    for frame, view in enumerate(views):
        view.image()
        view.masks()
        for target in (frame - 1, frame + 1):
            if 0 <= target < len(views):
                view.visibility(view.flow(target), views[target])


def benchmark(world: WorldSettings, num: int) -> list[Timing]:
    """Measure scenes by their number of objects.

    Args:
        world: Settings of the world.
        num: Number of scenes; one more is made before the clock starts.
    """
    timings: dict[int, Timing] = {}
    for index in (0, *range(num)):
        start = time.process_time()
        scene = build_scene(SceneKey(0, 'train', index), world)
        drawn = time.process_time()
        render_all([View(scene, frame) for frame in range(world.num_frames)])
        end = time.process_time()
        number = world.count_objects(index)
        if not timings:  # the first one only warms up
            timings[number] = Timing(number)
            continue
        timing = timings.setdefault(number, Timing(number))
        timing.num_scenes += 1
        timing.num_frames += world.num_frames
        timing.drawing += drawn - start
        timing.rendering += end - drawn
    return sorted(timings.values(), key=lambda timing: timing.num_objects)


def main(argv: list[str] | None = None) -> None:
    """Measure and print one line for each number of objects."""
    args = parse_args(argv)
    config = load_config(args.config, args.cfg_options)
    dataset = build_synthetic_motion(config, 'train')
    cv2.setNumThreads(1)
    height, width = dataset.world.size
    print(f'{args.config}: {height} x {width} pixels, processor time')
    print(HEADER)
    timings = benchmark(dataset.world, args.num)
    for timing in timings:
        print(timing)
    num_frames = sum(timing.num_frames for timing in timings)
    seconds = sum(timing.drawing + timing.rendering for timing in timings)
    print(f'all: {num_frames / seconds:.1f} frames/s')


if __name__ == '__main__':
    main()
