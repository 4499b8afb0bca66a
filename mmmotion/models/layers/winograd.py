"""Gradients of convolutions with 4 to 6 times fewer multiplications.

Winograd's minimal filtering: an image is cut into overlapping windows, whose
transform turns the convolution into one small product per frequency. The
windows of a few rows at a time are transformed, multiplied and transformed
back while they are in the cache; all of it are matrix products.

Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
CVPR 2016.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import torch
from torch import Tensor

# Side of the part of the result that one window gives.
_TILE = 4
_POINTS = (0, 1, -1, Fraction(1, 2), Fraction(-1, 2), 2, -2)
# Windows that are transformed at a time.
_CHUNK = 224


@dataclass(frozen=True)
class _Transforms:
    """Matrices of one kernel size r, for windows of a = r + 3 pixels.

    ``output @ ((kernel @ g) * (window @ d))`` filters the window d with g.

    Attributes:
        output: (4, a).
        kernel: (a, r).
        window: (a, a).
    """

    output: Tensor
    kernel: Tensor
    window: Tensor


def _expand(roots: list[Fraction]) -> list[Fraction]:
    """Coefficients, lowest first, of the monic polynomial with roots."""
    poly = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *poly]
        for i, value in enumerate(poly):
            shifted[i] -= root * value
        poly = shifted
    return poly


@cache
def _transforms(kernel_size: int, dtype: torch.dtype) -> _Transforms:
    """Toom-Cook's matrices, with infinity as the last point."""
    size = _TILE + kernel_size - 1
    points = [Fraction(point) for point in _POINTS[:size - 1]]
    output = [[point**i for point in points] + [Fraction(i == _TILE - 1)]
              for i in range(_TILE)]
    kernel, window = [], []
    for i, point in enumerate(points):
        others = points[:i] + points[i + 1:]
        scale = Fraction(1)
        for other in others:
            scale *= point - other
        kernel.append([point**k / scale for k in range(kernel_size)])
        window.append([*_expand(others), Fraction(0)])
    kernel.append([Fraction(k == kernel_size - 1) for k in range(kernel_size)])
    window.append(_expand(points))
    tensors = (
        torch.tensor([[float(v) for v in row] for row in rows], dtype=dtype)
        for rows in (output, kernel, window)
    )
    return _Transforms(*tensors)


class _Chunks:
    """Windows of a few images or rows at a time.

    A row of windows has one more than the image needs. Its pixels are zeros,
    so that windows follow each other at one distance across rows. Results
    lie in buffers that the next chunk overwrites.

    Args:
        x: (B, C, H, W) image, or any of that size.
        kernel_size: r, 3 or 5.
    """

    def __init__(self, x: Tensor, kernel_size: int) -> None:
        self.batch, _, self.height, self.width = x.shape
        self.pad = kernel_size // 2
        self.halo = kernel_size - 1
        self.size = _TILE + self.halo
        matrices = _transforms(kernel_size, x.dtype)
        self.window = matrices.window
        self.window_back = matrices.window.T.contiguous()
        self.tile = matrices.output.T.contiguous()
        self.total_rows = -(-self.height // _TILE)
        self.columns = -(-self.width // _TILE) + 1
        self.pitch = _TILE * self.columns
        per_image = self.total_rows * self.columns
        self.images = max(1, min(self.batch, _CHUNK // per_image))
        self.rows = min(self.total_rows, max(1, _CHUNK // self.columns))
        self._memory: dict[str, Tensor] = {}

    def __iter__(self) -> Iterator[tuple[slice, int, int]]:
        """Images, first row of windows and number of rows."""
        for image in range(0, self.batch, self.images):
            last = min(image + self.images, self.batch)
            for row in range(0, self.total_rows, self.rows):
                rows = min(self.rows, self.total_rows - row)
                yield slice(image, last), row, rows

    def _buffer(self, name: str, like: Tensor, *shape: int) -> Tensor:
        """Memory that stays; fresh memory costs more than what is done."""
        count = math.prod(shape)
        if name not in self._memory or self._memory[name].numel() < count:
            self._memory[name] = like.new_empty(count)
        return self._memory[name][:count].view(shape)

    def _transform(
        self,
        name: str,
        matrix: Tensor,
        x: Tensor,
        first: int,
        left: int,
        rows: int,
    ) -> Tensor:
        """Transform windows along columns, then along rows.

        Args:
            name: Of the result's memory.
            matrix: (a, s) transform of s pixels, s >= 4.
            x: (I, C, H, W) images.
            first: Row of x, maybe negative, where the first window starts.
            left: Columns of zeros on the left.
            rows: Number of rows of windows.

        Returns:
            (a, windows, a, C) frequencies along y, windows, frequencies along
            x.
        """
        images, channels = x.shape[:2]
        count = matrix.shape[1]
        height = _TILE * (rows - 1) + count
        slab = self._buffer('slab', x, images, height, self.pitch, channels)
        slab.zero_()
        low, high = max(first, 0), min(first + height, self.height)
        slab[:, low - first:high - first,
             left:left + self.width] = (x[:, :, low:high].permute(0, 2, 3, 1))
        lines = slab.flatten(2)

        num = self.size * images * rows * self.columns
        tile = _TILE * channels
        # The last window of all reaches beyond the end.
        flat = self._buffer('half', x, num * tile + (count - _TILE) * channels)
        flat[num * tile:] = 0
        half = flat[:num * tile].view(self.size, images, rows, -1)
        for i in range(images):
            for r in range(rows):
                window = lines[i, _TILE * r:_TILE * r + count]
                torch.mm(matrix, window, out=half[:, i, r])
        windows = flat.as_strided((num, count, channels), (tile, channels, 1))
        out = self._buffer(name, x, num, self.size, channels)
        torch.bmm(matrix.expand(num, -1, -1), windows, out=out)
        return out.view(self.size, -1, self.size, channels)

    def transform_windows(self, x: Tensor, row: int, rows: int) -> Tensor:
        """Transform overlapping windows of x to (a, windows, a, C)."""
        first = _TILE * row - self.pad
        return self._transform(
            'windows', self.window, x, first, self.pad, rows
        )

    def transform_tiles(self, grad: Tensor, row: int, rows: int) -> Tensor:
        """Transform tiles of a gradient to (a, windows, a, C)."""
        return self._transform('tiles', self.tile, grad, _TILE * row, 0, rows)

    def multiply(self, tiles: Tensor, kernels: Tensor) -> Tensor:
        """Multiply (a, windows, a, O) by (a, a, O, C) kernels.

        Returns:
            (a, a, windows, C) products, frequencies along x first.
        """
        out = self._buffer(
            'products', tiles, self.size, self.size, tiles.shape[1],
            kernels.shape[-1]
        )
        for p in range(self.size):
            torch.bmm(tiles[:, :, p], kernels[p], out=out[p])
        return out

    def add_windows(
        self, products: Tensor, out: Tensor, row: int, rows: int
    ) -> None:
        """Transform products back and add them up where windows overlap.

        Args:
            products: (a, a, windows, C) products.
            out: (I, 4 * total_rows + r - 1, pitch * C) sums, with a border.
            row: First row of windows.
            rows: Number of rows.
        """
        num, channels = products.shape[-2:]
        half = self._buffer('half', products, self.size, products[0].numel())
        torch.mm(self.window_back, products.flatten(1), out=half)
        half = half.view(self.size, self.size, num, channels)
        half = half.permute(1, 2, 0, 3)
        line = self._buffer('slab', out, self.size, num, _TILE, channels)
        line.copy_(half[:, :, :_TILE])
        # The second part of a window lies in the first of the next.
        line[:, 1:, :self.halo] += half[:, :-1, _TILE:]
        line = line.view(self.size, len(out), rows, -1)
        for i in range(len(out)):
            for r in range(rows):
                top = _TILE * (row + r)
                target = out[i, top:top + self.size]
                target.addmm_(self.window_back, line[:, i, r])


def _transform_kernels(weight: Tensor) -> Tensor:
    """(O, C, r, r) kernels to (a, a, C, O), axes p along x, q along y."""
    matrix = _transforms(weight.shape[-1], weight.dtype).kernel
    matrix = torch.kron(matrix, matrix)
    flat = weight.permute(3, 2, 1, 0).flatten(2).flatten(0, 1)
    size = weight.shape[-1] + _TILE - 1
    return (matrix @ flat).view(size, size, *weight.shape[1::-1])


def _transform_back(grad: Tensor, weight: Tensor) -> Tensor:
    """Gradient of :func:`_transform_kernels`."""
    matrix = _transforms(weight.shape[-1], weight.dtype).kernel
    matrix = torch.kron(matrix, matrix)
    flat = matrix.T @ grad.flatten(2).flatten(0, 1)
    r = weight.shape[-1]
    return flat.view(r, r, *weight.shape[1::-1]).permute(3, 2, 1, 0)


def winograd_backward(
    x: Tensor,
    weight: Tensor,
    grad: Tensor,
    with_input: bool = True
) -> tuple[Tensor | None, Tensor]:
    """Compute the gradients of a convolution that keeps the size.

    Args:
        x: (B, C, H, W) input; the last-channel layout is fastest.
        weight: (O, C, r, r) kernels, r = 3 or 5.
        grad: (B, O, H, W) gradient of the output.
        with_input: Whether the gradient of x is wanted.

    Returns:
        Gradients of x, None if it is not wanted, and of the weight.
    """
    chunks = _Chunks(x, weight.shape[-1])
    transposed = _transform_kernels(weight).transpose(2, 3).contiguous()
    kernel_grad = torch.zeros_like(transposed).transpose(2, 3).contiguous()
    x_grad = torch.empty_like(x) if with_input else None
    padded = x.new_empty(0)
    for images, row, rows in chunks:
        windows = chunks.transform_windows(x[images], row, rows)
        tiles = chunks.transform_tiles(grad[images], row, rows)
        for p in range(chunks.size):
            kernel_grad[p].baddbmm_(
                windows[:, :, p].transpose(1, 2), tiles[:, :, p]
            )
        if x_grad is None:
            continue
        if row == 0:
            height = _TILE * chunks.total_rows + chunks.halo
            padded = x.new_zeros(
                len(x[images]), height, chunks.pitch * x.shape[1]
            )
        products = chunks.multiply(tiles, transposed)
        chunks.add_windows(products, padded, row, rows)
        if row + rows == chunks.total_rows:
            pad = chunks.pad
            inner = padded.view(*padded.shape[:2], chunks.pitch, -1)
            inner = inner[:, pad:pad + x.shape[2], pad:pad + x.shape[3]]
            x_grad[images] = inner.permute(0, 3, 1, 2)
    return x_grad, _transform_back(kernel_grad, weight)
