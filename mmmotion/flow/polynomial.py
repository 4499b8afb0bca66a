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
# Smallest over largest eigenvalue of a system, in rounding errors.
_MIN_EIGENVALUE_RATIO = 10.0
# A uniform density on [-1, 1] has this deviation times sqrt(3).
_SPAN_PER_SIGMA = 3**0.5


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


def _powers(coordinates: Tensor, degree: int) -> Tensor:
    """(..., degree + 1, size) powers 0..degree of (..., size) coordinates."""
    exponents = torch.arange(degree + 1, device=coordinates.device)
    return coordinates[..., None, :]**exponents[:, None]


def _moments(maps: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Sum images times every product of a row and a column function.

    Rows go first and in the type of the images: a product with a short left
    factor runs at the speed of the memory, one with a short right factor
    does not. What remains is small and added up in float64.

    Args:
        maps: (..., h, w) images.
        rows: (..., I, h) float64 functions of the row.
        columns: (..., J, w) float64 functions of the column.

    Returns:
        (..., I, J) float64 sums.
    """
    with torch.autocast(maps.device.type, enabled=False):
        return (rows.to(maps.dtype) @ maps).double() @ columns.mT


@torch.no_grad()
def _local_frame(weights: Tensor) -> tuple[Tensor, Tensor]:
    """Where a region lies, so that its coordinates can be centred on it.

    A fit does not depend on the coordinates, but its rounding error does: in
    those of the image, the system of an object of a tenth of its width is
    singular in float32.

    Args:
        weights: (..., h, w) weights.

    Returns:
        Centre and half span (..., 2), (x, y), in unit coordinates.
    """
    sizes = weights.shape[-1], weights.shape[-2]
    x, y = (
        _powers(unit_coordinates(size, device=weights.device), 2)
        for size in sizes
    )
    sums = _moments(weights, y, x)
    mass = sums[..., :1, 0].clamp(min=torch.finfo(weights.dtype).tiny)
    first = torch.stack([sums[..., 0, 1], sums[..., 1, 0]], dim=-1) / mass
    second = torch.stack([sums[..., 0, 2], sums[..., 2, 0]], dim=-1) / mass
    pixel = torch.tensor(sizes, dtype=first.dtype, device=first.device) / 2
    variance = (second - first**2).clamp(min=0)
    return first, (_SPAN_PER_SIGMA * variance.sqrt()).clamp(min=1 / pixel)


def _to_unit(centre: Tensor, span: Tensor, degree: int) -> Tensor:
    """Expand powers of a local coordinate in those of the unit coordinate.

    Args:
        centre: (...) zero of the local coordinate.
        span: (...) length of its unit.
        degree: Highest power.

    Returns:
        (..., degree + 1, degree + 1) with the local power in the rows:
        ``((x - centre) / span)**i = sum_j result[i, j] * x**j``.
    """
    binomials = torch.tensor(
        [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 2.0, 1.0]],
        dtype=centre.dtype,
        device=centre.device,
    )[:degree + 1, :degree + 1]
    i = torch.arange(degree + 1, device=centre.device)[:, None]
    shift = (-centre[..., None, None])**(i - i.T).clamp(min=0)
    return binomials * shift / span[..., None, None]**i


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
    ``sum_pixels w_k * |flow - polynomial(theta)|^2``. The sums run in the
    type of the inputs but in float32 at least, also under autocast, and in
    coordinates centred on the region; the solve runs in float64. Gradients
    flow through both to ``flow`` and ``weights``.

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
    dtype = torch.promote_types(flow.dtype, weights.dtype)
    dtype = torch.promote_types(dtype, torch.float32)
    flow, weights = flow.to(dtype), weights.to(dtype)
    x, y = torch.tensor(MONOMIALS[:NUM_MONOMIALS[degree]]).T

    centre, span = _local_frame(weights)
    columns, rows = (
        _powers(
            (
                unit_coordinates(size, device=flow.device) -
                centre[..., i, None]
            ) / span[..., i, None],
            2 * degree,
        ) for i, size in enumerate((flow.shape[-1], flow.shape[-2]))
    )
    sums = _moments(weights, rows, columns)
    rows, columns = rows[..., :degree + 1, :], columns[..., :degree + 1, :]
    target = torch.stack(
        [
            _moments(weights * component, rows, columns)[..., y, x]
            for component in flow[..., None, :, :].unbind(-4)
        ],
        dim=-1,
    )
    system = sums[..., y[:, None] + y, x[:, None] + x]
    mass = sums[..., 0, 0]
    has_mass = mass > _MIN_MEAN_WEIGHT * weights.shape[-2:].numel()
    mass = torch.where(has_mass, mass, 1.0)[..., None, None]
    params = _solve(
        system / mass,
        target / mass,
        has_mass,
        ridge,
        _MIN_EIGENVALUE_RATIO * torch.finfo(dtype).eps,
    )
    grid = _to_unit(centre[..., 1], span[..., 1],
                    degree).mT[..., None, :, :] @ (_grid(
                        params, degree
                    )) @ _to_unit(centre[..., 0], span[..., 0],
                                  degree)[..., None, :, :]
    return grid[..., y, x].mT


def _grid(params: Tensor, degree: int) -> Tensor:
    """(..., 2, degree + 1, degree + 1) coefficients of y**i * x**j."""
    x, y = torch.tensor(MONOMIALS[:NUM_MONOMIALS[degree]]).T
    grid = params.new_zeros(*params.shape[:-2], 2, degree + 1, degree + 1)
    grid[..., y, x] = params.mT
    return grid


def _solve(
    system: Tensor,
    target: Tensor,
    has_mass: Tensor,
    ridge: float,
    min_ratio: float,
) -> Tensor:
    """Solve the systems that have a unique solution, zeros for the others."""
    identity = torch.eye(
        system.shape[-1], dtype=system.dtype, device=system.device
    )
    system = system + ridge * identity
    usable = has_mass & system.detach().isfinite().all(-1).all(-1)
    known = torch.where(usable[..., None, None], system.detach(), identity)
    eigenvalues = torch.linalg.eigvalsh(known)
    usable = usable & (eigenvalues[..., 0] > min_ratio * eigenvalues[..., -1])
    usable = usable[..., None, None]
    system = torch.where(usable, system, identity)
    target = torch.where(usable, target, 0.0)
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
    columns, rows = (
        _powers(unit_coordinates(n, params.dtype, params.device), degree)
        for n in (size[1], size[0])
    )
    dtype = dtype or params.dtype
    with torch.autocast(params.device.type, enabled=False):
        along_rows = (_grid(params, degree) @ columns).to(dtype)
        return rows.mT.to(dtype) @ along_rows
