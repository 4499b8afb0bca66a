import pytest

from mmmotion.evaluation.functional import rank_correlation


def test_only_the_order_counts():
    assert rank_correlation([(1, 0.1), (2, 0.2), (9, 7.0)]) == pytest.approx(1)
    assert rank_correlation([(1, 3), (2, 2), (3, 1)]) == pytest.approx(-1)
    assert rank_correlation([(1, 1), (2, 3), (3, 2)]) == pytest.approx(0.5)


@pytest.mark.parametrize(
    'pairs', [
        [],
        [(1, 1), (2, 2)],
        [(1, 1), (1, 2), (1, 3)],
        [(1, 1), (2, 1), (3, 1)],
    ]
)
def test_too_little_says_nothing(pairs):
    assert rank_correlation(pairs) is None
