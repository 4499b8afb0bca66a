"""Comparison with reference outputs of the original implementations.

A source is a module of this folder with a function ``compare(state, arrays)``
that yields one :class:`Comparison` per reference array which it can compute:

* ``state`` is the state dict of the original implementation (empty where the
  source needs no weights),
* ``arrays`` maps the names of the file to arrays. A source takes all sizes
  from them, skips what is not there, and reads no array that it does not use:
  the unread ones are reported as not compared.
"""

from collections.abc import Mapping
from importlib import import_module

import numpy as np
from torch import Tensor

from .comparison import Comparison, ReferenceArrays

SOURCES: dict[str, str] = {
    'amd': 'amd',
    'arflow': 'arflow',
    'densecrf': 'densecrf',
    'dino': 'dino',
    'dino-propagation': 'dino_propagation',
    'flow-color': 'flow_color',
    'gwm-head': 'gwm_head',
    'gwm-maskformer': 'gwm_maskformer',
    'gwm-merge': 'gwm_merge',
    'gwm-metrics': 'gwm_metrics',
    'gwm-motion': 'gwm_motion',
    'gwm-unet': 'gwm_unet',
    'gwm-vit': 'gwm_vit',
    'imas': 'imas',
    'maa': 'maa',
    'metrics': 'metrics',
    'mg': 'mg',
    'oclr': 'oclr',
    'oclr-data': 'oclr_data',
    'oclr-train': 'oclr_train',
    'photometric': 'photometric',
    'swin': 'gwm_maskformer',
}
"""Module of this folder by name of the source, imported at its first use."""


def check_reference(
    source: str,
    state: Mapping[str, Tensor],
    arrays: Mapping[str, np.ndarray],
) -> list[Comparison]:
    """Compute what a reference file holds and lay both side by side.

    Args:
        source: A key of :data:`SOURCES`.
        state: State dict in the names of the original implementation.
        arrays: Inputs and outputs of the original implementation by name.

    Returns:
        One comparison per array that the source knows.

    Raises:
        ValueError: If the source is unknown.
        KeyError: If an array that the others depend on is missing.
    """
    if source not in SOURCES:
        known = ', '.join(sorted(SOURCES))
        raise ValueError(f'unknown source {source!r}, expected one of {known}')
    module = import_module(f'{__name__}.{SOURCES[source]}')
    return list(module.compare(state, arrays))


__all__ = ['SOURCES', 'Comparison', 'ReferenceArrays', 'check_reference']
