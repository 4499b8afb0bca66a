"""The result of a search as a table and as a file."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from mmmotion.evaluation.functional import rank_correlation
from mmmotion.evaluation.metrics.result_files import write_json
from mmmotion.flow.atomic import write_atomically

from .label_free_search import Outcome

_SHOWN = ('msa', 'msa/cut', 'msa/overlap', 'msa/channel_cut')


def choose(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Rank variants by alignment, the best first; failures come last.

    Nothing that was measured with labels is looked at.

    Args:
        outcomes: The variants.
    """
    return sorted(
        outcomes,
        key=lambda outcome: outcome.metrics.get('msa', float('-inf')),
        reverse=True,
    )


def format_report(outcomes: Sequence[Outcome]) -> str:
    """Draw the ranking as a Markdown table.

    Args:
        outcomes: The variants; all searched the same keys.
    """
    ranked = choose(outcomes)
    keys = list(ranked[0].values)
    shown = [key for key in _SHOWN if any(key in o.metrics for o in ranked)]
    label = _find_label_score(ranked)
    header = ['rank', *keys, *shown]
    if label is not None:
        header.append(f'{label} (labels, not used)')
    lines = [
        _row([*header, 'training', 'outcome']),
        _row(['---'] * (len(header) + 2))
    ]
    for rank, outcome in enumerate(ranked, start=1):
        numbers = [*shown, label] if label is not None else shown
        lines.append(
            _row([
                str(rank) if 'msa' in outcome.metrics else '-',
                *(f'`{value}`' for value in outcome.values.values()),
                *(_number(outcome.metrics.get(key)) for key in numbers),
                f'{outcome.seconds:.0f} s',
                outcome.error or f'`{outcome.checkpoint}`',
            ])
        )
    lines += ['', _conclude(ranked, label)]
    return '\n'.join(lines) + '\n'


def write_report(outcomes: Sequence[Outcome], folder: str | Path) -> None:
    """Write ``results.md`` and ``results.json``.

    Args:
        outcomes: The variants.
        folder: Where the files go.
    """
    ranked = choose(outcomes)
    text = format_report(outcomes)
    write_atomically(Path(folder, 'results.md'), text.encode())
    write_json(
        Path(folder, 'results.json'),
        dict(
            chosen_by='msa',
            label_score_not_used=_find_label_score(ranked),
            rank_correlation=_correlate(ranked, _find_label_score(ranked)),
            variants=[asdict(outcome) for outcome in ranked],
        ),
    )


def _find_label_score(outcomes: Sequence[Outcome]) -> str | None:
    """Name of the J that a test has measured, if it has."""
    names = [name for outcome in outcomes for name in outcome.metrics]
    return next((name for name in names if name.endswith('/J')), None)


def _correlate(outcomes: Sequence[Outcome], label: str | None) -> float | None:
    """Rank correlation of alignment and J; None for too few variants."""
    return rank_correlation([
        (o.metrics['msa'], o.metrics[label]) for o in outcomes
        if label and label in o.metrics and 'msa' in o.metrics
    ])


def _conclude(ranked: Sequence[Outcome], label: str | None) -> str:
    best = ranked[0]
    if 'msa' not in best.metrics:
        return 'No variant could be evaluated.'
    settings = ', '.join(f'{k}={v}' for k, v in best.values.items())
    text = f'Chosen without labels: {settings}.'
    correlation = _correlate(ranked, label)
    if correlation is not None:
        text += (
            f' Rank correlation (Spearman) of msa with {label} over these '
            f'variants: {correlation:.2f}.'
        )
    return text


def _number(value: float | None) -> str:
    return '' if value is None else f'{value:.4f}'


def _row(cells: Sequence[str]) -> str:
    return f'| {" | ".join(cells)} |'
