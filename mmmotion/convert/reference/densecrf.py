"""Dense CRF against the sum over all pairs and a lattice of others."""

import json
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmmotion.postprocessing.crf import (
    CRFParameters,
    ExactKernel,
    bilateral_features,
    dense_crf,
    mask_unary,
    mean_field,
    normalize,
    position_features,
    probability_unary,
)

from .comparison import Comparison

_EXACT_ATOL = 1e-9
_LATTICE_ATOL = 1e-4
_UNARY_ATOL = 1e-9

# Energies, kernels, normalisation and number of updates of every result.
_RESULTS = {
    'q_symmetric_1': ('unary_refine', 'bilateral', 'symmetric', 1),
    'q_symmetric_5': ('unary_refine', 'bilateral', 'symmetric', 5),
    'q_symmetric_50': ('unary_refine', 'bilateral', 'symmetric', 50),
    'q_after_5': ('unary_refine', 'bilateral', 'after', 5),
    'q_after_50': ('unary_refine', 'bilateral', 'after', 50),
    'q_post_symmetric_50': ('unary_post', 'bilateral', 'symmetric', 50),
    'q_smooth_symmetric_5': ('unary_refine', 'both', 'symmetric', 5),
    'q_gaussian_only_5': ('unary_refine', 'gaussian', 'symmetric', 5),
    'q3_symmetric_5': ('probs3', 'both', 'symmetric', 5),
}


class _Scene:
    """The image and parameters of a file, and the exact kernels on it."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self.params = json.loads(str(arrays['params']))
        image = torch.from_numpy(np.asarray(arrays['image'])).double()
        self.image = image.permute(2, 0, 1)[None]
        self._arrays = arrays
        self._kernels: dict[str, ExactKernel] = {}

    def kernel(self, name: str) -> ExactKernel:
        """The sum over all pairs, made at its first use."""
        if name not in self._kernels:
            settings = self.params[name]
            if name == 'gaussian':
                features = position_features(self.image, settings['sxy'])
            else:
                features = bilateral_features(
                    self.image, settings['sxy'], settings['srgb']
                )
            self._kernels[name] = ExactKernel(features)
        return self._kernels[name]

    def unary(self, name: str) -> Tensor:
        """(L, H, W) float64 energies."""
        values = torch.from_numpy(np.asarray(self._arrays[name], np.float64))
        return probability_unary(values, 0.0) if name == 'probs3' else values

    def infer(
        self, unary: str, kernels: str, normalization: str, num_iters: int
    ) -> np.ndarray:
        """Foreground (H, W), or all labels (L, H, W) if there are more."""
        energies = self.unary(unary)
        flat = energies.flatten(1)
        names = [
            name for name in ('bilateral', 'gaussian')
            if kernels in (name, 'both')
        ]
        labels = mean_field(
            flat,
            [normalize(self.kernel(n), flat, normalization) for n in names],
            [self.params[name]['weight'] for name in names],
            num_iters,
        ).view_as(energies)
        return (labels[1] if len(labels) == 2 else labels).numpy()


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Refine the labels of ``image``.

    The exact results are computed in float64, the lattice in float32.

    Args:
        state: Not used, there are no weights.
        arrays: ``image`` (H, W, 3), ``params`` (JSON), ``mask`` (H, W), the
            energies ``unary_*`` (2, H, W) and probabilities ``probs3``, and
            the results, each if present.

    Yields:
        One comparison per result in the file.
    """
    del state
    scene = _Scene(arrays)
    if 'mask' in arrays:
        mask = torch.from_numpy(np.asarray(arrays['mask'], np.float64))
        eps = scene.params['unary']['eps']
        for use, scale in scene.params['unary']['scales'].items():
            name = f'unary_{use}'
            if name in arrays:
                computed = mask_unary(mask, scale, eps).numpy()
                yield Comparison(name, computed, arrays[name], _UNARY_ATOL)
    for name, settings in _RESULTS.items():
        if name in arrays:
            computed = scene.infer(*settings)
            yield Comparison(name, computed, arrays[name], _EXACT_ATOL)
    if 'kernel_row_sum' in arrays:
        reference = arrays['kernel_row_sum']
        ones = torch.ones(1, reference.size, dtype=torch.float64)
        sums = scene.kernel('bilateral')(ones).view(reference.shape)
        yield Comparison(
            'kernel_row_sum', sums.numpy(), reference, 0.0, _EXACT_ATOL
        )
    yield from _compare_lattice(scene, arrays)


def _compare_lattice(scene: _Scene,
                     arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """The lattice against another one, and against the exact labels."""
    unary = scene.unary('unary_refine')[None].float()
    settings = scene.params['bilateral']
    for name, normalization in (
        ('lattice_q_symmetric_50', 'symmetric'),
        ('q_symmetric_50', 'symmetric'),
        ('q_after_50', 'after'),
    ):
        if name not in arrays:
            continue
        parameters = CRFParameters(
            spatial_sigma=settings['sxy'],
            color_sigma=settings['srgb'],
            bilateral_weight=settings['weight'],
            num_iters=50,
            normalization=normalization,
        )
        labels = dense_crf(unary, scene.image, parameters)[0, 1].numpy()
        if name.startswith('lattice'):
            yield Comparison(name, labels, arrays[name], _LATTICE_ATOL)
        else:
            yield Comparison(
                f'{name} (labels)', labels > 0.5, arrays[name] > 0.5, 0.0
            )
