"""How well objects are told apart, followed, and found not to move.

On the synthetic world, whose objects are known; on clips made of still
pictures, in which nothing moves; and on videos in the layout of DAVIS.
"""

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch

from mmmotion.datasets.synthesis import (
    SceneKey,
    WorldSettings,
    build_scene,
    cover_all,
    render_frame,
    render_owner,
)
from mmmotion.evaluation.functional import jaccard, score_unnamed_objects
from mmmotion.flow import (
    DISFlowEstimator,
    list_frames,
    motion_saliency,
    read_frame,
    resize_flow_tensor,
)
from mmmotion.postprocessing.objects import ObjectSummary, ObjectTracker

STILL_CLIPS = (
    'noise2',
    'noise5',
    'noise10',
    'noise3 jpeg50',
    'noise1 jpeg90',
    'pan1',
    'pan3 noise3',
    'pan8 noise3 jpeg70',
    'zoom1 noise3',
    'zoom-1.5 noise2 jpeg80',
    'turn0.5 noise3',
    'shake4 noise5 jpeg60',
)
"""Ways to make a clip of a picture: motion per frame in pixels, per cent or
degrees, deviation of the noise in grey levels, quality of the compression."""
_ENLARGED = 1.25
_SHARPNESS = 4.0


class Tracked(NamedTuple):
    """A video with numbered objects.

    Attributes:
        labels: (T, h, w) final numbers.
        foreground: (T, h, w) bool, what was given to the tracker.
        summary: The tracker's verdict.
        seconds: Processor time of the tracker per frame.
    """

    labels: np.ndarray
    foreground: np.ndarray
    summary: ObjectSummary
    seconds: float


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--num-scenes', type=int, default=8)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--num-frames', type=int, default=24)
    parser.add_argument('--size', type=int, nargs=2, default=(128, 224))
    parser.add_argument(
        '--still', nargs='*', default=(), help='pictures to make clips of'
    )
    parser.add_argument('--davis', help='data root with Flows')
    parser.add_argument('--flow-name', default='dis_240x427')
    parser.add_argument('--resolution', default='480p')
    parser.add_argument('--videos', nargs='*', default=())
    return parser.parse_args(args)


def track(
    frames: Sequence[np.ndarray],
    flows: Sequence[torch.Tensor | None],
    masks: Sequence[torch.Tensor],
) -> Tracked:
    """Follow the objects of a video.

    Args:
        frames: (H, W, 3) uint8 RGB.
        flows: (2, h', w') to the next frame.
        masks: (h, w) soft foreground.
    """
    start = time.process_time()
    tracker = ObjectTracker()
    labels = [
        tracker.update(torch.stack([1 - mask, mask]), flow, frame)
        for frame, flow, mask in zip(frames, flows, masks, strict=True)
    ]
    summary = tracker.finish()
    lookup = np.zeros(1 + max(summary.mapping, default=0), np.int64)
    for number, final in summary.mapping.items():
        lookup[number] = final
    seconds = (time.process_time() - start) / len(frames)
    final = lookup[torch.stack(labels).numpy()]
    foreground = (torch.stack(list(masks)) > 0.5).numpy()
    return Tracked(final, foreground, summary, seconds)


def estimate(frames: Sequence[np.ndarray]) -> list[torch.Tensor | None]:
    """Estimate the flow to the next frame; None for the last."""
    estimator = DISFlowEstimator(finest_scale=0)
    flows = [
        torch.from_numpy(estimator.estimate(*pair)).permute(2, 0, 1)
        for pair in itertools.pairwise(frames)
    ]
    return [*flows, None]


def moving_pixels(flows: Sequence[torch.Tensor | None],
                  size: tuple[int, int]) -> list[torch.Tensor]:
    """Soft foreground of the robust background baseline at a size.

    The last frame takes that of the frame before.
    """
    masks = []
    for flow in flows:
        if flow is not None:
            flow = resize_flow_tensor(flow[None].float(), size)
            length, threshold = motion_saliency(flow)
            odds = (length / threshold)**_SHARPNESS
            masks.append(odds / (1 + odds))
        else:
            masks.append(masks[-1])
    return masks


def count_switches(labels: np.ndarray, objects: np.ndarray) -> int:
    """Count how often an object is mostly under another number than before.

    Args:
        labels: (T, h, w) numbers.
        objects: (O, T, h, w) bool. Frames in which less than a quarter of an
            object has a number do not count.
    """
    switches = 0
    for masks in objects:
        last = 0
        for label, mask in zip(labels, masks):
            counts = np.bincount(label[mask], minlength=2)
            counts[0] = 0
            if counts.max() < 0.25 * max(1, mask.sum()):
                continue
            now = int(counts.argmax())
            switches += last not in (0, now)
            last = now
    return switches


def render_scenes(
    options: argparse.Namespace
) -> Iterator[tuple[list[np.ndarray], np.ndarray]]:
    """Render the frames and objects (O, T, H, W) of two or three sprites."""
    world = WorldSettings(
        size=tuple(options.size),
        num_frames=options.num_frames,
        num_objects=(2, 3)
    )
    for index in range(options.num_scenes):
        scene = build_scene(SceneKey(options.seed, 'test', index), world)
        frames, owners = [], []
        for frame in range(options.num_frames):
            coverages = cover_all(scene, frame)
            frames.append(render_frame(scene, frame, coverages))
            owners.append(render_owner(scene, coverages))
        numbers = np.arange(1, len(scene.sprites) + 1)
        yield frames, np.stack(owners) == numbers[:, None, None, None]


def measure_scenes(options: argparse.Namespace) -> None:
    """Score the objects of the synthetic world, and print the table."""
    rows: dict[str, list[list[float]]] = {'true': [], 'baseline': []}
    for frames, objects in render_scenes(options):
        flows = estimate(frames)
        truth = torch.from_numpy(objects.any(axis=0)).float()
        found = moving_pixels(flows, tuple(options.size))
        for name, masks in dict(true=list(truth), baseline=found).items():
            video = track(frames, flows, masks)
            labels = video.labels
            numbers = np.arange(1, labels.max() + 1)[:, None, None, None]
            scores = score_unnamed_objects(labels == numbers, objects)
            pairs = zip(labels > 0, video.foreground, objects.any(axis=0))
            union = np.array([(jaccard(label, mask), jaccard(given, mask))
                              for label, given, mask in pairs])
            rows[name].append([
                scores.region.mean(),
                scores.boundary.mean(),
                len(objects),
                len(numbers),
                len(numbers) == len(objects),
                count_switches(labels, objects), *union.mean(axis=0),
                1000 * video.seconds
            ])
    print(
        '| foreground | J | F | objects | found | right number | switches '
        '| J of union | J of foreground | ms |'
    )
    print('| --- ' * 10 + '|')
    for name, values in rows.items():
        j, f, objects, found, right, switches, union, given, spent = np.mean(
            values, axis=0
        )
        print(
            f'| {name} | {j:.3f} | {f:.3f} | {objects:.2f} | {found:.2f} | '
            f'{right:.0%} | {switches:.2f} | {union:.3f} | {given:.3f} | '
            f'{spent:.0f} |'
        )


def make_still_clip(
    picture: np.ndarray,
    kind: str,
    num_frames: int,
    height: int = 240
) -> list[np.ndarray]:
    """Make a clip in which at most the camera moves, see ``STILL_CLIPS``."""
    rng = np.random.default_rng(0)
    rows, columns = picture.shape[:2]
    words = {word.rstrip('-.0123456789'): word for word in kind.split()}
    value = {
        name: float(word.removeprefix(name))
        for name, word in words.items()
    }
    size = (round(height * columns / rows), height)
    frames = []
    for frame in range(num_frames):
        scale = _ENLARGED * (1 + value.get('zoom', 0) / 100)**frame
        angle = value.get('turn', 0) * frame
        middle = (columns / 2, rows / 2)
        matrix = cv2.getRotationMatrix2D(middle, angle, scale)
        matrix[:, 2] -= np.array([1, 0.3]) * value.get('pan', 0) * frame
        matrix[:, 2] += rng.normal(0, value.get('shake', 0), 2)
        if not {'zoom', 'turn', 'pan', 'shake'} & words.keys():
            matrix = np.eye(3)[:2]
        image = cv2.warpAffine(
            picture, matrix, (columns, rows), borderMode=cv2.BORDER_REFLECT
        ).astype(np.float64)
        image += rng.normal(0, value.get('noise', 0), image.shape)
        image = np.clip(image, 0, 255).astype(np.uint8)
        if 'jpeg' in words:
            quality = [cv2.IMWRITE_JPEG_QUALITY, int(value['jpeg'])]
            image = cv2.imdecode(
                cv2.imencode('.jpg', image, quality)[1], cv2.IMREAD_COLOR
            )
        frames.append(cv2.resize(image, size, interpolation=cv2.INTER_AREA))
    return frames


def measure_stills(options: argparse.Namespace) -> None:
    """Print which clips of still pictures are taken for moving ones."""
    wrong, total = [], 0
    for path in options.still:
        picture = read_frame(path)
        for kind in STILL_CLIPS:
            frames = make_still_clip(picture, kind, options.num_frames)
            flows = estimate(frames)
            size = (frames[0].shape[0] // 2, frames[0].shape[1] // 2)
            video = track(frames, flows, moving_pixels(flows, size))
            total += 1
            if video.summary.moves:
                wrong.append(f'{path} {kind}')
    print(f'{len(wrong)} of {total} still clips were taken for moving ones')
    print('\n'.join(wrong))


def measure_davis(options: argparse.Namespace) -> None:
    """Print what is found in videos with one annotated foreground."""
    root = Path(options.davis)
    flow_root = root / 'Flows' / options.flow_name / 'gap+1'
    videos = options.videos or sorted(
        path.name for path in flow_root.iterdir()
    )
    print(
        '| video | objects | scores | moves | switches | J of union '
        '| J of foreground | ms |'
    )
    print('| --- ' * 8 + '|')
    for name in videos:
        paths = list_frames(root / 'JPEGImages' / options.resolution / name)
        frames = [read_frame(path) for path in paths]
        flows: list[torch.Tensor | None] = []
        for path in paths:
            file = flow_root / name / f'{Path(path).stem}.npy'
            known = file.exists()
            flow = np.load(file).astype(np.float32) if known else None
            flows.append(
                None if flow is
                None else torch.from_numpy(flow).permute(2, 0, 1)
            )
        size = (120, round(120 * frames[0].shape[1] / frames[0].shape[0]))
        video = track(frames, flows, moving_pixels(flows, size))
        truth = np.stack([
            cv2.resize(
                cv2.imread(
                    str(
                        root / 'Annotations' / options.resolution / name /
                        f'{Path(path).stem}.png'
                    ), cv2.IMREAD_GRAYSCALE
                ),
                size[::-1],
                interpolation=cv2.INTER_AREA
            ) > 127 for path in paths
        ])
        union, given = (
            np.mean([jaccard(*pair) for pair in zip(masks, truth)])
            for masks in (video.labels > 0, video.foreground)
        )
        scores = ', '.join(
            f'{score:.1f}' for score in video.summary.motion_scores.values()
        )
        print(
            f'| {name} | {video.labels.max()} | {scores} | '
            f'{video.summary.moves} | '
            f'{count_switches(video.labels, truth[None])} | {union:.3f} | '
            f'{given:.3f} | {1000 * video.seconds:.0f} |',
            flush=True
        )


def main(args: list[str] | None = None) -> None:
    """Run what is asked for."""
    options = parse_args(args)
    torch.set_num_threads(1)
    if options.num_scenes:
        measure_scenes(options)
    if options.still:
        measure_stills(options)
    if options.davis:
        measure_davis(options)


if __name__ == '__main__':
    main()
