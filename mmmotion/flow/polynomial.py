"""Least-squares polynomials of the pixel position, fitted from moments.

The pixel grid is a product of rows and columns, and so is every monomial.
All sums over pixels are therefore two small matrix products, one with the
powers of the columns and one with those of the rows; no design matrix over
pixels exists at any time.
"""

from functools import lru_cache

import torch
from torch import Tensor

from .moments import (
    Products,
    expand_products,
    fit_regions,
    powers,
    region_moments,
)

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
# Some of the rows show well enough where a region lies.
_FRAME_ROWS = 60
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


def _local_frame(weights: Tensor, image: Products,
                 squared: bool) -> tuple[Tensor, Tensor]:
    """Where a region lies, so that its coordinates can be centred on it.

    A fit does not depend on the coordinates, but its rounding error does: in
    those of the image, the system of an object of a tenth of its width is
    singular in float32.

    Args:
        weights: (B, K, h, w) weights or their roots.
        image: Powers 0, 1 and 2 of the unit coordinates.
        squared: Whether they are roots.

    Returns:
        Centre and half span (B, K, 2), (x, y), in unit coordinates.
    """
    h, w = weights.shape[-2:]
    step = max(1, h // _FRAME_ROWS)
    products = Products(image.rows[:, ::step], image.columns)
    sums = region_moments(weights[:, :, ::step], products, squared)
    if step > 1 and not sums[..., 0, 0].all():
        # A region may lie between the rows that are looked at.
        sums = region_moments(weights, image, squared)
    mass = sums[..., :1, 0].clamp(min=torch.finfo(weights.dtype).tiny)
    first = torch.stack([sums[..., 0, 1], sums[..., 1, 0]], dim=-1) / mass
    second = torch.stack([sums[..., 0, 2], sums[..., 2, 0]], dim=-1) / mass
    pixel = torch.tensor((w, h), dtype=first.dtype, device=first.device) / 2
    variance = (second - first**2).clamp(min=0)
    span = (_SPAN_PER_SIGMA * variance.sqrt()).clamp(min=1 / pixel)
    # An empty region keeps the image's frame.
    return first, torch.where(sums[..., :1, 0] > 0, span, 1.0)


def _to_unit(coefficients: Tensor, centre: Tensor, span: Tensor) -> Tensor:
    """Express polynomials of local coordinates in unit coordinates.

    Args:
        coefficients: (..., 2, N, N) factors of ``y**i * x**j``, both local.
        centre: (..., 2) origin of the local coordinates, (x, y).
        span: (..., 2) length of their units.

    Returns:
        (..., 2, N, N) factors of the powers of the unit coordinates.
    """
    num = coefficients.shape[-1]
    binomials = centre.new_tensor([[1, 0, 0], [1, 1, 0], [1, 2, 1]])
    i = torch.arange(num, device=centre.device)[:, None]
    # ((x - centre) / span)**i = sum_j change[i, j] * x**j
    shift = (-centre[..., None, None])**(i - i.T).clamp(min=0)
    change = binomials[:num, :num] * shift / span[..., None, None]**i
    along_x, along_y = change[..., None, :, :].unbind(dim=-4)
    return along_y.mT @ coefficients @ along_x


def _frame_products(
    size: tuple[int, int], centre: Tensor, span: Tensor, degree: int
) -> Products:
    """Powers of the coordinates of each region's own frame, (B, K, I, n)."""
    columns, rows = (
        powers(
            (unit_coordinates(n, device=centre.device) - centre[..., i, None])
            / span[..., i, None],
            degree,
        ) for i, n in enumerate(reversed(size))
    )
    return Products(rows, columns)


def _check(flow: Tensor, weights: Tensor, degree: int) -> None:
    if degree not in NUM_MONOMIALS:
        raise ValueError(f'degree must be 0, 1 or 2, got {degree}')
    if flow.ndim < 3 or flow.shape[-3] != 2:
        raise ValueError(
            f'flow must be (..., 2, h, w), got {tuple(flow.shape)}'
        )
    same = (
        weights.shape[-2:] == flow.shape[-2:]
        and weights.shape[:-3] == flow.shape[:-3]
    )
    if weights.ndim < 3 or not same:
        raise ValueError(
            'weights must be (..., K, h, w) for a flow (..., 2, h, w), got '
            f'{tuple(weights.shape)} and {tuple(flow.shape)}'
        )


def fit_polynomial(
    flow: Tensor,
    weights: Tensor,
    degree: int = 2,
    ridge: float = 0.0,
    squared: bool = False,
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
            per region, with the leading axes of ``flow``.
        degree: 0 constant, 1 affine, 2 quadratic.
        ridge: Added to the diagonal of the normal equations of each region,
            relative to its mass; 0 is the plain fit.
        squared: Whether the squares of ``weights`` are the weights.

    Returns:
        (..., K, P, 2) float64 parameters: rows are the monomials
        1, x, y, x^2, xy, y^2 up to ``degree``, with column x and row y in
        [-1, 1] (pixel centres); the last axis is (u, v).

    Raises:
        ValueError: If the degree is not 0, 1 or 2, or shapes do not agree.
    """
    params, _ = _fit(flow, weights, degree, ridge, squared, blend=False)
    return params


def fit_and_blend(
    flow: Tensor,
    masks: Tensor,
    degree: int = 2,
    ridge: float = 0.0,
    squared: bool = False,
) -> tuple[Tensor, Tensor]:
    """Fit one polynomial flow per soft region and blend them.

    Equal to :func:`fit_polynomial` followed by the sum over regions of mask
    times :func:`evaluate_polynomial`, in values and gradients, without the
    images of the single regions.

    Args:
        flow: (..., 2, h, w) observed flow.
        masks: (..., K, h, w) soft masks in [0, 1].
        degree: See :func:`fit_polynomial`.
        ridge: See :func:`fit_polynomial`.
        squared: Whether the fit weighs with the squares of the masks.

    Returns:
        The parameters (..., K, P, 2) and the blended flow (..., 2, h, w), in
        the type of the inputs but in float32 at least.

    Raises:
        ValueError: If the degree is not 0, 1 or 2, or shapes do not agree.
    """
    params, blended = _fit(flow, masks, degree, ridge, squared, blend=True)
    assert blended is not None
    return params, blended


def _fit(
    flow: Tensor,
    weights: Tensor,
    degree: int,
    ridge: float,
    squared: bool,
    blend: bool,
) -> tuple[Tensor, Tensor | None]:
    """Parameters and, if wanted, the flow blended with ``weights``."""
    _check(flow, weights, degree)
    dtype = torch.promote_types(flow.dtype, weights.dtype)
    dtype = torch.promote_types(dtype, torch.float32)
    leading, h, w = weights.shape[:-2], weights.shape[-2], weights.shape[-1]
    shape = flow.shape
    flow = flow.reshape(-1, 2, h, w).to(dtype)
    weights = weights.reshape(-1, leading[-1], h, w).to(dtype)
    image = _unit_powers((h, w), 2, flow.device)
    centre, span = _local_frame(weights, image, squared)
    i, j = _exponents(degree)

    def solve(sums: Tensor, target: Tensor) -> Tensor:
        """Coefficients of the unit powers from the sums over the pixels."""
        system = sums[..., i[:, None] + i, j[:, None] + j]
        mass = sums[..., 0, 0]
        has_mass = mass > _MIN_MEAN_WEIGHT * h * w
        mass = torch.where(has_mass, mass, 1.0)[..., None, None]
        params = _solve(
            system / mass + ridge * torch.eye(len(i)).to(system),
            target[..., i, j].mT / mass,
            has_mass,
            _MIN_EIGENVALUE_RATIO * torch.finfo(dtype).eps,
        )
        return _to_unit(_grid(params), centre, span)

    coefficients, blended = fit_regions(
        weights,
        flow,
        _frame_products((h, w), centre, span, 2 * degree),
        _unit_powers((h, w), degree, flow.device),
        solve,
        squared,
        blend,
    )
    params = coefficients[..., i, j].mT.reshape(*leading, len(i), 2)
    return params, blended if blended is None else blended.reshape(shape)


def _exponents(degree: int) -> tuple[Tensor, Tensor]:
    """Powers of y and of x of every monomial."""
    x, y = torch.tensor(MONOMIALS[:NUM_MONOMIALS[degree]]).T
    return y, x


def _degree(params: Tensor) -> int:
    degrees = {count: degree for degree, count in NUM_MONOMIALS.items()}
    if params.shape[-2] not in degrees or params.shape[-1] != 2:
        raise ValueError(
            'params must be (..., P, 2) with P = 1, 3 or 6, got '
            f'{tuple(params.shape)}'
        )
    return degrees[params.shape[-2]]


def _grid(params: Tensor) -> Tensor:
    """(..., 2, degree + 1, degree + 1) coefficients of y**i * x**j."""
    degree = _degree(params)
    i, j = _exponents(degree)
    grid = params.new_zeros(*params.shape[:-2], 2, degree + 1, degree + 1)
    grid[..., i, j] = params.mT
    return grid


def _solve(
    system: Tensor, target: Tensor, has_mass: Tensor, min_ratio: float
) -> Tensor:
    """Solve the systems that have a unique solution, zeros for the others."""
    identity = torch.eye(system.shape[-1]).to(system)
    usable = has_mass & system.detach().isfinite().all(-1).all(-1)
    known = torch.where(usable[..., None, None], system.detach(), identity)
    eigenvalues = torch.linalg.eigvalsh(known)
    usable = usable & (eigenvalues[..., 0] > min_ratio * eigenvalues[..., -1])
    usable = usable[..., None, None]
    system = torch.where(usable, system, identity)
    target = torch.where(usable, target, 0.0)
    return torch.linalg.solve(system, target)


def _unit_powers(
    size: tuple[int, int], degree: int, device: torch.device
) -> Products:
    """Powers of the rows' and the columns' unit coordinates."""
    rows, columns = (_axis_powers(n, device) for n in size)
    return Products(rows[:degree + 1], columns[:degree + 1])


@lru_cache(maxsize=32)
def _axis_powers(size: int, device: torch.device) -> Tensor:
    """(3, size) powers 0, 1 and 2 of the unit coordinates of one axis."""
    # Else what a prediction leaves here could not be used in training.
    with torch.inference_mode(mode=False):
        return powers(unit_coordinates(size, device=device), 2)


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
    return expand_products(
        _grid(params.double()),
        _unit_powers(size, _degree(params), params.device),
        dtype or params.dtype,
    )
