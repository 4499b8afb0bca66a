"""Least-squares polynomials of the pixel position, fitted from moments.

The pixel grid is a product of rows and columns, and so is every monomial.
All sums over pixels are therefore two small matrix products, one with the
powers of the columns and one with those of the rows; no design matrix over
pixels exists at any time.
"""

import torch
from torch import Tensor

MONOMIALS: tuple[tuple[int, int], ...] = (
    (0, 0),
    (1, 0),
    (0, 1),
    (2, 0),
    (1, 1),
    (0, 2),
)
"""Powers of x and y: 1, x, y, x^2, xy, y^2, the order of all parameters."""

NUM_MONOMIALS: dict[int, int] = {0: 1, 1: 3, 2: 6}
"""Number of parameters per flow component by degree."""

# Below this mean weight, a soft mask of 1e-12, a region explains nothing.
_MIN_MEAN_WEIGHT = 1e-24
# Smallest over largest eigenvalue: 3x3 pixels of a 480x854 image reach
# 1e-12, fewer pixels than monomials stay at the rounding error of 1e-16.
_MIN_EIGENVALUE_RATIO = 1e-13


def unit_coordinates(
    size: int,
    dtype: torch.dtype = torch.float64,
    device: torch.device | str | None = None,
) -> Tensor:
    """Pixel centres along one axis, so that the image spans [-1, 1].

    Args:
        size: Number of pixels.
        dtype: Type of the result.
        device: Device of the result.

    Returns:
        (size,) coordinates in (-1, 1), symmetric about 0.
    """
    index = torch.arange(size, dtype=torch.float64, device=device)
    return ((2 * index + 1) / size - 1).to(dtype)


def _powers(size: int, degree: int, like: Tensor) -> Tensor:
    """(size, degree + 1) powers 0..degree of the coordinates."""
    coordinates = unit_coordinates(size, like.dtype, like.device)
    exponents = torch.arange(degree + 1, device=like.device)
    return coordinates[:, None]**exponents


def moments(maps: Tensor, degree: int) -> Tensor:
    """Sum images times every product of powers of the coordinates.

    Args:
        maps: (..., h, w) images.
        degree: Highest power of each coordinate.

    Returns:
        (..., degree + 1, degree + 1) sums of ``maps * y**i * x**j`` at
        ``[..., i, j]``.
    """
    rows = _powers(maps.shape[-2], degree, maps)
    columns = _powers(maps.shape[-1], degree, maps)
    return rows.mT @ (maps @ columns)


def _check(flow: Tensor, weights: Tensor, degree: int) -> None:
    if degree not in NUM_MONOMIALS:
        raise ValueError(f'degree must be 0, 1 or 2, got {degree}')
    if flow.ndim < 3 or flow.shape[-3] != 2:
        raise ValueError(
            f'flow must be (..., 2, h, w), got {tuple(flow.shape)}'
        )
    if weights.ndim < 3 or weights.shape[-2:] != flow.shape[-2:]:
        raise ValueError(
            'weights must be (..., K, h, w) at the size of the flow, got '
            f'{tuple(weights.shape)} for a flow of {tuple(flow.shape)}'
        )


def fit_polynomial(
    flow: Tensor,
    weights: Tensor,
    degree: int = 2,
    ridge: float = 0.0,
) -> Tensor:
    """Fit one polynomial flow per region by weighted least squares.

    With weights w_k, region k gets the minimum over theta of
    ``sum_pixels w_k * |flow - polynomial(theta)|^2``. The fit does not depend
    on shift, scale or units of the coordinates. Sums and solve run in float64
    whatever the inputs are, also under autocast, and gradients flow through
    both to ``flow`` and ``weights``.

    A region without mass (mean weight below 1e-24) or with too few pixels
    for its parameters gets zeros and passes no gradient on; the released GWM
    code (Choudhury et al., BMVC 2022) exits in that case.

    Args:
        flow: (..., 2, h, w) observed flow.
        weights: (..., K, h, w) non-negative weights of the pixels, one image
            per region; its leading axes broadcast against those of ``flow``.
        degree: 0 constant, 1 affine, 2 quadratic.
        ridge: Added to the diagonal of the normal equations of each region,
            relative to its mass; 0 is the plain fit.

    Returns:
        (..., K, P, 2) float64 parameters: rows are the monomials
        1, x, y, x^2, xy, y^2 up to ``degree``, with column x and row y in
        [-1, 1] (pixel centres); the last axis is (u, v).

    Raises:
        ValueError: If the degree is not 0, 1 or 2, or shapes do not agree.
    """
    _check(flow, weights, degree)
    flow, weights = flow.double(), weights.double()
    monomials = MONOMIALS[:NUM_MONOMIALS[degree]]
    x, y = torch.tensor(monomials, device=flow.device).T

    sums = moments(weights, 2 * degree)
    system = sums[..., y[:, None] + y, x[:, None] + x]
    target = torch.stack(
        [
            moments(weights * flow[..., i, None, :, :], degree)[..., y, x]
            for i in range(2)
        ],
        dim=-1,
    )
    mass = sums[..., 0, 0]
    has_mass = mass > _MIN_MEAN_WEIGHT * weights.shape[-2:].numel()
    safe_mass = torch.where(has_mass, mass, torch.ones_like(mass))
    system = system / safe_mass[..., None, None]
    target = target / safe_mass[..., None, None]
    return _solve(system, target, has_mass, ridge)


def _solve(
    system: Tensor, target: Tensor, has_mass: Tensor, ridge: float
) -> Tensor:
    """Solve the systems that have a unique solution, zeros for the others."""
    identity = torch.eye(
        system.shape[-1], dtype=system.dtype, device=system.device
    )
    system = system + ridge * identity
    usable = has_mass & system.detach().isfinite().all(-1).all(-1)
    known = torch.where(usable[..., None, None], system.detach(), identity)
    eigenvalues = torch.linalg.eigvalsh(known)
    smallest, largest = eigenvalues[..., 0], eigenvalues[..., -1]
    usable = usable & (smallest > _MIN_EIGENVALUE_RATIO * largest)
    usable = usable[..., None, None]
    system = torch.where(usable, system, identity)
    target = torch.where(usable, target, torch.zeros_like(target))
    return torch.linalg.solve(system, target)


def evaluate_polynomial(
    params: Tensor,
    size: tuple[int, int],
    dtype: torch.dtype | None = None,
) -> Tensor:
    """Flow of polynomials at every pixel.

    Args:
        params: (..., P, 2) parameters in the order of :data:`MONOMIALS`.
        size: (h, w) of the result.
        dtype: Type of the result, by default that of ``params``.

    Returns:
        (..., 2, h, w) flow in the units of the fitted one.

    Raises:
        ValueError: If P is not 1, 3 or 6.
    """
    degrees = {count: degree for degree, count in NUM_MONOMIALS.items()}
    count = params.shape[-2]
    if count not in degrees or params.shape[-1] != 2:
        raise ValueError(
            'params must be (..., P, 2) with P = 1, 3 or 6, got '
            f'{tuple(params.shape)}'
        )
    degree = degrees[count]
    x, y = torch.tensor(MONOMIALS[:count], device=params.device).T
    grid = params.new_zeros(*params.shape[:-2], 2, degree + 1, degree + 1)
    grid[..., y, x] = params.mT
    rows = _powers(size[0], degree, params)
    columns = _powers(size[1], degree, params)
    dtype = dtype or params.dtype
    with torch.autocast(params.device.type, enabled=False):
        return (rows @ grid).to(dtype) @ columns.mT.to(dtype)
