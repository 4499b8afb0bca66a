import numpy as np
import pytest

from mmmotion.datasets.synthesis.arithmetic import log, smooth_step, solve


def test_log_is_that_of_the_library_to_the_last_bits():
    exponents = np.random.default_rng(0).uniform(-300, 300, 4000)
    values = np.concatenate([10**exponents, [1.0, 2.0, 0.5, 0.70710678]])
    np.testing.assert_allclose(log(values), np.log(values), rtol=5e-16)
    assert log(np.ones(1)) == 0


@pytest.mark.parametrize('num', [1, 4, 30])
def test_solve_agrees_with_the_library(num):
    rng = np.random.default_rng(num)
    matrix, right = rng.normal(size=(num, num)), rng.normal(size=(num, 3))
    np.testing.assert_allclose(
        solve(matrix, right), np.linalg.solve(matrix, right), rtol=1e-9
    )


def test_solve_needs_pivots_and_finds_them():
    matrix = np.array([[0.0, 2.0], [4.0, 0.0]])
    np.testing.assert_array_equal(
        solve(matrix, np.array([[2.0], [8.0]])), [[2.0], [1.0]]
    )


def test_a_singular_matrix_is_refused():
    with pytest.raises(ValueError, match='2 equations is singular'):
        solve(np.ones((2, 2)), np.ones((2, 1)))


def test_smooth_step_starts_and_ends_flat():
    share = np.array([0.0, 1e-4, 0.5, 1 - 1e-4, 1.0])
    np.testing.assert_allclose(
        smooth_step(share), [0, 0, 0.5, 1, 1], atol=1e-7
    )
