#!/usr/bin/env python
"""Compare masks of two or more methods: a table, and the worst frames.

A result is a folder with <video>/<frame>.png, or <video>/masks/<frame>.png as
mmmotion-segment writes it; every value but 0 is foreground. With annotations
(the same layout) frames are scored by J, without them by the IoU of the other
results with the first one. Frames that all results have count. Example::

    python tools/analysis_tools/compare_results.py \
        baseline=results/a gwm=results/b --frames data/DAVIS/JPEGImages/480p \
        --annotations data/DAVIS/Annotations/480p --out comparison
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from glob import escape
from pathlib import Path

import cv2
import numpy as np

from mmmotion.apis.sources import InputError, open_source
from mmmotion.apis.sources.rgb import read_rgb
from mmmotion.datasets.transforms.load_masks import read_annotation
from mmmotion.evaluation.functional import jaccard
from mmmotion.evaluation.metrics.result_files import format_table, write_csv
from mmmotion.flow.atomic import write_atomically
from mmmotion.flow.frames import IMAGE_SUFFIXES, list_frames
from mmmotion.visualization import compose_panel, overlay_segmentation

_GAP = 6


@dataclass(frozen=True)
class Score:
    """How well each result does in one frame."""

    video: str
    frame: str
    values: tuple[float, ...]

    @property
    def worst(self) -> float:
        """Value by which worst frames are chosen."""
        return min(self.values)


@dataclass(frozen=True)
class Comparison:
    """Where the results, the annotations and the frames lie."""

    names: list[str]
    folders: list[Path]
    annotations: Path | None
    frames: Path

    @property
    def columns(self) -> list[str]:
        """Names of what is scored."""
        if self.annotations is not None:
            return [f'J {name}' for name in self.names]
        first = self.names[0]
        return [f'IoU {name}, {first}' for name in self.names[1:]]


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'results',
        nargs='+',
        type=split_name,
        metavar='[NAME=]FOLDER',
        help='masks'
    )
    parser.add_argument(
        '--frames',
        type=Path,
        required=True,
        metavar='FOLDER',
        help='pictures: <video>/<frame>.jpg, or videos: <video>.mp4'
    )
    parser.add_argument(
        '--annotations', type=Path, metavar='FOLDER', help='true masks'
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('comparison'),
        metavar='FOLDER',
        help='where table and picture go (comparison)'
    )
    parser.add_argument(
        '--num', type=int, default=8, help='worst frames to draw (8)'
    )
    parser.add_argument(
        '--height', type=int, default=160, help='of a picture (160)'
    )
    args = parser.parse_args(argv)
    if len(args.results) < 2:
        parser.error('expected two results or more to compare')
    names = [name for name, _ in args.results]
    for name in names:
        if names.count(name) > 1:
            parser.error(
                f'expected different names, got {name} twice: NAME=FOLDER '
                'renames a result'
            )
    for name in ('num', 'height'):
        if getattr(args, name) < 1:
            parser.error(
                f'--{name} must be at least 1, got {getattr(args, name)}'
            )
    return args


def split_name(text: str) -> tuple[str, Path]:
    """Name and folder of ``[NAME=]FOLDER``."""
    name, folder = '', text
    if '=' in text and not Path(text).is_dir():  # such as lr=0.1
        name, _, folder = text.partition('=')
    return name or Path(folder).absolute().name, Path(folder)


def find_masks(folder: Path) -> dict[tuple[str, str], Path]:
    """List the masks of a folder by video and frame.

    Raises:
        FileNotFoundError: If there are none.
    """
    masks = {}
    for path in sorted(folder.glob('*/*.png')):
        masks[path.parent.name, path.stem] = path
    for path in sorted(folder.glob('*/masks/*.png')):
        masks[path.parts[-3], path.stem] = path
    if not masks:
        raise FileNotFoundError(
            'expected <video>/<frame>.png or <video>/masks/<frame>.png below '
            f'{folder.absolute()}, found none'
        )
    return masks


def read_mask(path: Path) -> np.ndarray:
    """Foreground of a mask file, (H, W) bool."""
    return read_annotation(str(path), with_palette=False) > 0


def score_frames(comparison: Comparison) -> list[Score]:
    """Score all results in the frames that all of them have.

    Raises:
        FileNotFoundError: If a folder holds no masks, or none is in all.
    """
    folders = list(comparison.folders)
    if comparison.annotations is not None:
        folders.insert(0, comparison.annotations)
    found = [find_masks(folder) for folder in folders]
    shared = sorted(set.intersection(*map(set, found)))
    if not shared:
        listed = ', '.join(str(folder) for folder in folders)
        raise FileNotFoundError(f'no frame has a mask in all of {listed}')
    scores = []
    for video, frame in shared:
        first, *others = (read_mask(masks[video, frame]) for masks in found)
        values = tuple(jaccard(fit(mask, first), first) for mask in others)
        scores.append(Score(video, frame, values))
    return scores


def fit(mask: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Bring a mask to the size of another one."""
    if mask.shape == other.shape:
        return mask
    return cv2.resize(
        mask.astype(np.uint8),
        other.shape[::-1],
        interpolation=cv2.INTER_NEAREST
    ) > 0


def average(scores: Sequence[Score]) -> dict[str, list[float]]:
    """Mean over the frames of each video, then over videos."""
    means: dict[str, list[float]] = {}
    for video in sorted({score.video for score in scores}):
        rows = [score.values for score in scores if score.video == video]
        means[video] = np.mean(rows, axis=0).tolist()
    means['mean'] = np.mean(list(means.values()), axis=0).tolist()
    return means


def choose_worst(scores: Sequence[Score], num: int) -> list[Score]:
    """The worst frames, of each video one before any has a second.

    Neighbouring frames fail together, and a list of them would show one
    failure many times.
    """
    ranks: dict[str, int] = {}
    keyed = []
    for score in sorted(scores, key=lambda score: score.worst):
        rank = ranks[score.video] = ranks.get(score.video, -1) + 1
        keyed.append((rank, score.worst, score))
    keyed.sort(key=lambda item: item[:2])
    return sorted((item[-1] for item in keyed[:num]), key=lambda s: s.worst)


def draw_sheet(
    comparison: Comparison, scores: Sequence[Score], height: int
) -> np.ndarray:
    """Draw one row per frame: picture, results, annotation.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    found = [find_masks(folder) for folder in comparison.folders]
    truth = {}
    if comparison.annotations is not None:
        truth = find_masks(comparison.annotations)
    rows = []
    for score in scores:
        key = score.video, score.frame
        picture = read_frame(comparison.frames, *key)
        values = score.values
        if not truth:
            values = (1.0, *values)
        tiles = {f'{score.video} {score.frame}': picture}
        for name, masks, value in zip(comparison.names, found, values):
            labels = read_mask(masks[key]).astype(np.uint8)
            tiles[f'{name} {value:.2f}'] = overlay_segmentation(
                picture, labels
            )
        if truth:
            labels = read_mask(truth[key]).astype(np.uint8)
            tiles['annotation'] = overlay_segmentation(picture, labels)
        rows.append(compose_panel(tiles, height))
    width = max(row.shape[1] for row in rows)
    return np.concatenate([
        np.pad(
            row, ((0, _GAP), (0, width - row.shape[1]), (0, 0)),
            constant_values=255
        ) for row in rows
    ])[:-_GAP]


def read_frame(folder: Path, video: str, frame: str) -> np.ndarray:
    """Read a picture, (H, W, 3) uint8 RGB.

    Raises:
        FileNotFoundError: If there is none.
        InputError: If it cannot be decoded.
    """
    if (folder / video).is_dir():
        for path in map(Path, list_frames(folder / video)):
            if frame in (path.stem, path.name):
                return read_rgb(path)
    for path in sorted(folder.glob(f'{escape(video)}.*')):
        try:
            source = open_source(path)
        except InputError:  # such as clip.json beside clip.mp4
            continue
        for index, image in enumerate(source):
            if source.frame_name(index) == frame:
                return image
    raise FileNotFoundError(
        f'expected a picture {folder.absolute()}/{video}/{frame} with one of '
        f'{", ".join(IMAGE_SUFFIXES)}, or a video {video} with this frame'
    )


def main(argv: list[str] | None = None) -> None:
    """Print the table, and write it with the worst frames."""
    args = parse_args(argv)
    comparison = Comparison(
        [name for name, _ in args.results],
        [folder for _, folder in args.results],
        args.annotations,
        args.frames,
    )
    scores = score_frames(comparison)
    means = average(scores)
    header = ['sequence', *comparison.columns]
    rows = [[name, *(f'{value:.3f}' for value in values)]
            for name, values in means.items()]
    sys.stdout.write(format_table(header, rows[:-1], rows[-1]) + '\n')
    write_csv(
        args.out / 'sequences.csv', header,
        [[name, *values] for name, values in means.items()]
    )
    sheet = draw_sheet(comparison, choose_worst(scores, args.num), args.height)
    _, data = cv2.imencode('.png', sheet[..., ::-1])
    write_atomically(args.out / 'worst_frames.png', data.tobytes())


if __name__ == '__main__':
    main()
