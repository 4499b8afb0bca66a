"""Mathematics whose last bit does not depend on the machine.

Logarithms of a mathematics library and solvers of a linear algebra library
may differ in the last bit between machines; sums, products, quotients and
square roots of single numbers do not.
"""

import numpy as np
from numpy.typing import NDArray

_LOG_2 = 0.6931471805599453
_SQRT_HALF = 0.7071067811865476
_NUM_TERMS = 11

Values = NDArray[np.float64]


def log(values: Values) -> Values:
    """Return the natural logarithm of positive values, to 1e-15.

    The mantissa m, between the roots of 1/2 and 2, gives
    ``log(m) = 2 artanh((m - 1) / (m + 1))``, whose series converges fast.

    Args:
        values: Any shape, above 0.
    """
    mantissa, exponent = np.frexp(values)
    is_low = mantissa < _SQRT_HALF
    mantissa = np.where(is_low, 2 * mantissa, mantissa)
    exponent = exponent - is_low
    ratio = (mantissa - 1) / (mantissa + 1)
    square = ratio * ratio
    series = np.zeros_like(ratio)
    for term in reversed(range(_NUM_TERMS)):
        series = series * square + 1 / (2 * term + 1)
    return exponent * _LOG_2 + 2 * ratio * series


def solve(matrix: Values, right: Values) -> Values:
    """Solve a small system of linear equations by elimination with pivots.

    Args:
        matrix: (N, N) coefficients.
        right: (N, M) right-hand sides.

    Returns:
        (N, M) solutions.

    Raises:
        ValueError: If the matrix is singular.
    """
    num = len(matrix)
    system = np.concatenate([matrix, right], axis=1)
    for i in range(num):
        pivot = i + int(np.abs(system[i:, i]).argmax())
        if system[pivot, i] == 0:
            raise ValueError(f'the matrix of {num} equations is singular')
        system[[i, pivot]] = system[[pivot, i]]
        system[i] = system[i] / system[i, i]
        factors = system[:, i:i + 1].copy()
        factors[i] = 0
        system -= factors * system[i]
    return system[:, num:]


def smooth_step(values: Values) -> Values:
    """Rise from 0 to 1 with a slope of 0 at both ends.

    Args:
        values: Any shape, within [0, 1].
    """
    return values * values * (3 - 2 * values)
