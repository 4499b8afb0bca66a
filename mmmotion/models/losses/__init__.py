"""Training objectives, one class each."""

from .entropy_loss import EntropyLoss, mask_entropy
from .flow_reconstruction_loss import (
    FlowReconstructionLoss,
    expected_energy,
    reconstruction_energy,
)
from .mask_consistency_loss import (
    MaskConsistencyLoss,
    mask_distances,
    match_masks,
)
from .reconstruction_loss import ReconstructionLoss

__all__ = [
    'EntropyLoss',
    'FlowReconstructionLoss',
    'MaskConsistencyLoss',
    'ReconstructionLoss',
    'expected_energy',
    'mask_distances',
    'mask_entropy',
    'match_masks',
    'reconstruction_energy',
]
