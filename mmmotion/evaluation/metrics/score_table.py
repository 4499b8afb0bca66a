"""From the scores of frames to the columns of a table."""

from collections.abc import Mapping, Sequence

from mmmotion.evaluation.functional import (
    SequenceStatistics,
    sequence_statistics,
)


def statistic_keys(name: str) -> dict[str, str]:
    """Name of each result that is made of one score.

    Args:
        name: Name of the score.

    Returns:
        ``name``, ``name_recall`` and ``name_decay`` by field of
        ``SequenceStatistics``.
    """
    return {
        field: name if field == 'mean' else f'{name}_{field}'
        for field in SequenceStatistics._fields
    }


def summarise(columns: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Compute mean, recall and decay of each score.

    Args:
        columns: Values of all frames in temporal order by name.
    """
    return {
        key: getattr(sequence_statistics(values), field)
        for name, values in columns.items()
        for field, key in statistic_keys(name).items()
    }


def format_cells(row: Mapping[str, float], keys: Sequence[str]) -> list[str]:
    """Write some values of a row with three decimals.

    Args:
        row: Values by name.
        keys: Names of the values.
    """
    return [f'{row[key]:.3f}' for key in keys]
