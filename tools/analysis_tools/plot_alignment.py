#!/usr/bin/env python
"""Show how motion-semantic alignment and J go together.

Each folder holds what one evaluation wrote: motion_semantic_alignment.json
and video_segmentation.json, at any depth.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np

from mmmotion.evaluation.functional import rank_correlation

mpl.use('Agg')
from matplotlib import pyplot as plt


@dataclass(frozen=True)
class Evaluation:
    """Scores of one checkpoint, over all videos and by video."""

    alignment: float
    label: float
    videos: list[tuple[float, float]]


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'methods',
        nargs='+',
        metavar='NAME=FOLDER,FOLDER,...',
        help='evaluations of several checkpoints of each method'
    )
    parser.add_argument('--out', metavar='FILE.png', help='write a plot')
    parser.add_argument(
        '--score',
        choices=['cut', 'overlap'],
        default='cut',
        help='score of the foreground that is compared with J'
    )
    parser.add_argument(
        '--prefix',
        default='motion_semantic_alignment',
        help='outfile_prefix of the metric'
    )
    return parser.parse_args(argv)


def read_evaluation(folder: str, prefix: str, score: str) -> Evaluation:
    """Read the files that the two metrics have written.

    Args:
        folder: Folder that holds both files, at any depth.
        prefix: ``outfile_prefix`` of the alignment metric.
        score: ``'cut'`` or ``'overlap'``.

    Raises:
        FileNotFoundError: If there is not exactly one of each.
    """
    alignment, label = (
        json.loads(_find(folder, f'{name}.json').read_text())
        for name in (prefix, 'video_segmentation')
    )
    return Evaluation(
        alignment['overall'][score],
        label['overall']['J'],
        [(row[score], label['sequences'][video]['J'])
         for video, row in alignment['sequences'].items()
         if video in label['sequences']],
    )


def _find(folder: str, name: str) -> Path:
    found = sorted(Path(folder).rglob(name))
    if len(found) != 1:
        raise FileNotFoundError(
            f'expected one {name} below {Path(folder).absolute()}, found '
            f'{len(found)}'
        )
    return found[0]


def describe(name: str, runs: Sequence[Evaluation]) -> list[str]:
    """Cells of the table for one method."""
    labels = [run.label for run in runs]
    across = rank_correlation([(run.alignment, run.label) for run in runs])
    # A checkpoint that finds nothing in any video has no ranks.
    known = [rank_correlation(run.videos) for run in runs]
    inside = [value for value in known if value is not None]
    chosen = max(runs, key=lambda run: run.alignment).label
    return [
        name,
        str(len(runs)), f'{min(labels):.3f} - {max(labels):.3f}',
        _signed(across),
        _signed(float(np.mean(inside)) if inside else None), f'{chosen:.3f}'
    ]


def _signed(value: float | None) -> str:
    return '' if value is None else f'{value:+.2f}'


def plot(methods: dict[str, list[Evaluation]], path: str, score: str) -> None:
    """Draw checkpoints on the left and videos of one of each on the right."""
    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), dpi=100)
    for index, (name, runs) in enumerate(methods.items()):
        style = dict(marker='os^Dv'[index % 5], linestyle='', label=name)
        best = max(runs, key=lambda run: run.label)
        pairs = [(run.alignment, run.label) for run in runs]
        for axis, points in zip(axes, (pairs, best.videos)):
            axis.plot(*zip(*points), markersize=5, alpha=0.8, **style)
    axes[0].set_title('one point for each checkpoint')
    axes[1].set_title('videos of the checkpoint with the best J')
    for axis in axes:
        axis.set_xlabel(f'motion-semantic alignment ({score})')
        axis.set_ylabel('J')
        axis.locator_params(axis='x', nbins=5)
        axis.grid(alpha=0.3)
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(path, metadata={'Software': None})
    plt.close(figure)


def main() -> None:
    """Print the table, and write the plot."""
    args = parse_args()
    methods = {}
    for text in args.methods:
        name, equals, folders = text.partition('=')
        if not equals:
            raise ValueError(f'expected NAME=FOLDER,..., got {text!r}')
        methods[name] = [
            read_evaluation(folder, args.prefix, args.score)
            for folder in folders.split(',')
        ]
    header = [
        'method', 'checkpoints', 'J', 'over checkpoints',
        'over videos, mean of checkpoints', 'J of the chosen one'
    ]
    rows = [header, ['---'] * len(header)]
    rows += [describe(name, runs) for name, runs in methods.items()]
    if len(methods) > 1:
        everything = [run for runs in methods.values() for run in runs]
        rows.append(describe('all', everything))
    for row in rows:
        sys.stdout.write(f'| {" | ".join(row)} |\n')
    if args.out is not None:
        plot(methods, args.out, args.score)


if __name__ == '__main__':
    main()
