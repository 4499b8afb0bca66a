#!/usr/bin/env python
"""Plot losses and scores of trainings over their iterations.

A work dir is what tools/train.py wrote; the logs of a training that was
resumed are joined. Of one run each loss gets a curve, of several runs their
sum. The last values are printed as a table. Examples::

    python tools/analysis_tools/plot_logs.py work_dirs/gwm_unet_davis
    python tools/analysis_tools/plot_logs.py affine=work_dirs/a \
        quadratic=work_dirs/b --losses loss_recon --out recon.png
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use('Agg')
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

Curve = dict[int, float]


@dataclass
class Run:
    """What one training logged: value by iteration, by name."""

    name: str
    losses: dict[str, Curve] = field(default_factory=dict)
    scores: dict[str, Curve] = field(default_factory=dict)

    def record(self, row: dict) -> None:
        """Take over one line of the log."""
        step = int(row['step'])
        is_training = 'iter' in row
        curves = self.losses if is_training else self.scores
        for key, value in row.items():
            wanted = 'loss' in key if is_training else _is_score(key)
            if wanted and isinstance(value, int | float):
                curves.setdefault(key, {})[step] = float(value)

    def forget_from(self, step: int) -> None:
        """Drop what was logged from an iteration on."""
        for curves in (self.losses, self.scores):
            for key in list(curves):
                curves[key] = {
                    i: value
                    for i, value in curves[key].items() if i < step
                }
                if not curves[key]:
                    del curves[key]


def _is_score(key: str) -> bool:
    return key not in ('step', 'time', 'data_time')


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        'runs', nargs='+', metavar='[NAME=]WORK_DIR', help='trainings'
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('curves.png'),
        metavar='FILE.png',
        help='picture to write (curves.png)'
    )
    parser.add_argument(
        '--losses',
        nargs='+',
        metavar='KEY',
        help='losses to draw (all of one run, loss of several)'
    )
    parser.add_argument(
        '--scores',
        nargs='+',
        metavar='KEY',
        help='scores of validations to draw, with or without prefix (J where '
        'it was logged)'
    )
    return parser.parse_args(argv)


def read_run(text: str) -> Run:
    """Read the logs of a work dir, those of a resumed training too.

    Args:
        text: Folder, or name and folder joined by ``=``.

    Raises:
        FileNotFoundError: If it holds no log.
        ValueError: If a log is broken before its end.
    """
    name, folder = '', text
    if '=' in text and not Path(text).is_dir():  # such as lr=0.1
        name, _, folder = text.partition('=')
    run = Run(name or Path(folder).absolute().name)
    paths = sorted(Path(folder).glob('**/vis_data/scalars.json'))
    if not paths:
        raise FileNotFoundError(
            f'expected <time>/vis_data/scalars.json below '
            f'{Path(folder).absolute()}, found none'
        )
    for path in paths:
        rows = read_rows(path)
        if rows:
            run.forget_from(min(int(row['step']) for row in rows))
        for row in rows:
            run.record(row)
    return run


def read_rows(path: Path) -> list[dict]:
    """Read one JSON object per line; half a last line is left out.

    Raises:
        ValueError: If another line is none.
    """
    rows = []
    lines = path.read_text(encoding='utf-8').splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError as error:
            if number == len(lines) and not line.endswith('\n'):
                break
            raise ValueError(
                f'{path}, line {number}: expected a JSON object, got {error}'
            ) from error
    return [row for row in rows if 'step' in row]


def choose_losses(runs: Sequence[Run],
                  keys: Sequence[str] | None) -> list[tuple[str, Curve]]:
    """Curves of the left half, by label.

    Raises:
        KeyError: If no run has a loss of that name.
    """
    if keys is None:
        keys = list(runs[0].losses) if len(runs) == 1 else ['loss']
    return _choose(
        runs, [run.losses for run in runs], {
            key: lambda name, key=key: name == key
            for key in keys
        }
    )


def choose_scores(runs: Sequence[Run],
                  keys: Sequence[str] | None) -> list[tuple[str, Curve]]:
    """Curves of the right half, by label.

    Args:
        runs: The trainings.
        keys: Scores that the user wants; None draws J, if there is one.

    Raises:
        KeyError: If validations were logged, but none with a score that the
            user wants.
    """
    logs = [run.scores for run in runs]
    if keys is None:
        has_j = any(_is_named('J', name) for log in logs for name in log)
        keys = ['J'] if has_j else []
    if not any(logs):
        return []
    return _choose(runs, logs, {key: partial(_is_named, key) for key in keys})


def _is_named(key: str, name: str) -> bool:
    """Whether a score has this name, with or without prefix."""
    return name == key or name.endswith(f'/{key}')


def _choose(
    runs: Sequence[Run], logs: Sequence[dict[str, Curve]], tests: dict
) -> list[tuple[str, Curve]]:
    chosen = []
    for key, test in tests.items():
        found = [(run.name, name, log[name]) for run, log in zip(runs, logs)
                 for name in log if test(name)]
        if not found:
            known = sorted({name for log in logs for name in log})
            raise KeyError(f'no run has logged {key}, only {known}')
        chosen += found
    if len(runs) == 1:
        return [(name, curve) for _, name, curve in chosen]
    return [(f'{run}, {name}', curve) for run, name, curve in chosen]


def draw(axes: Axes, curves: Sequence[tuple[str, Curve]], title: str) -> None:
    """Draw curves with a legend; values that are no numbers leave gaps."""
    for label, curve in curves:
        steps = sorted(curve)
        values = [curve[step] for step in steps]
        marker = 'o' if len(steps) <= 50 else None
        axes.plot(steps, values, marker=marker, markersize=3, label=label)
    axes.set_title(title, fontsize=10)
    axes.set_xlabel('iteration')
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)


def plot(
    losses: Sequence[tuple[str, Curve]],
    scores: Sequence[tuple[str, Curve]],
    path: Path,
) -> None:
    """Draw losses on the left and scores, if there are any, on the right."""
    panels = [('training loss', losses), ('validation', scores)]
    panels = [(title, curves) for title, curves in panels if curves]
    figure, axes = plt.subplots(
        1, len(panels), figsize=(5 * len(panels), 3.4), dpi=120, squeeze=False
    )
    for axis, (title, curves) in zip(axes[0], panels):
        draw(axis, curves, title)
    values = np.array([v for _, curve in losses for v in curve.values()])
    if len(values) and (values > 0).all() and values.max() > 30 * values.min():
        axes[0][0].set_yscale('log')
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={'Software': None})
    plt.close(figure)


def describe(curves: Sequence[tuple[str, Curve]]) -> list[list[str]]:
    """Rows of the table: last iteration and value, and what went wrong."""
    rows = []
    for label, curve in curves:
        last = max(curve)
        broken = [s for s in sorted(curve) if not math.isfinite(curve[s])]
        note = f'not finite from {broken[0]} on' if broken else ''
        rows.append([label, str(last), f'{curve[last]:.4g}', note])
    return rows


def main(argv: list[str] | None = None) -> None:
    """Print the table and write the plot."""
    args = parse_args(argv)
    runs = [read_run(text) for text in args.runs]
    losses = choose_losses(runs, args.losses)
    scores = choose_scores(runs, args.scores)
    rows = [['curve', 'last iteration', 'last value', 'note'], ['---'] * 4]
    for row in rows + describe(losses) + describe(scores):
        sys.stdout.write(f'| {" | ".join(row)} |\n')
    plot(losses, scores, args.out)


if __name__ == '__main__':
    main()
