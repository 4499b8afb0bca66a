"""Training objectives, one class each."""

from .flow_reconstruction_loss import (
    FlowReconstructionLoss,
    expected_energy,
    reconstruction_energy,
)

__all__ = [
    'FlowReconstructionLoss',
    'expected_energy',
    'reconstruction_energy',
]
