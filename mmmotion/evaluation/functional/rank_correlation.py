"""How well two scores order the same things."""

from collections.abc import Sequence


def rank_correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Spearman's rank correlation.

    Args:
        pairs: Two scores of each thing.

    Returns:
        Between -1 and 1, or None where it says nothing: for fewer than three
        pairs, or if either score does not vary.
    """
    # Few need it, and all would wait for it to be loaded.
    from scipy.stats import spearmanr

    columns = [list(column) for column in zip(*pairs)]
    if len(pairs) < 3 or any(len(set(column)) < 2 for column in columns):
        return None
    return float(spearmanr(*columns).statistic)
