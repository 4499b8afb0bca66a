"""Training objectives, one class each."""

from .appearance_loss import AppearanceLoss, asymmetric_error
from .census_loss import CensusLoss, census_distance
from .coarse_layer_loss import CoarseLayerLoss, coarse_logits
from .compactness_loss import CompactnessLoss, mask_spread
from .entropy_loss import EntropyLoss, mask_entropy, softened_entropy
from .flow_reconstruction_loss import (
    FlowReconstructionLoss,
    expected_energy,
    reconstruction_energy,
)
from .flow_smoothness_loss import FlowSmoothnessLoss, flow_roughness
from .l1_loss import L1Loss
from .label_contrast_loss import (
    ContrastRegions,
    LabelContrastLoss,
    contrast_regions,
)
from .label_cross_entropy_loss import (
    LabelCrossEntropyLoss,
    label_cross_entropy,
)
from .layer_composition_loss import LayerCompositionLoss
from .layer_order_loss import LayerOrderLoss, layer_overlaps
from .mask_boundary_loss import MaskBoundaryLoss, boundary_strip
from .mask_consistency_loss import (
    MaskConsistencyLoss,
    mask_distances,
    match_masks,
)
from .mask_cross_entropy_loss import MaskCrossEntropyLoss, layer_costs
from .photometric_loss import PhotometricLoss
from .reconstruction_loss import ReconstructionLoss
from .ssim_loss import SSIMLoss, ssim_distance

__all__ = [
    'AppearanceLoss',
    'CensusLoss',
    'CoarseLayerLoss',
    'CompactnessLoss',
    'ContrastRegions',
    'EntropyLoss',
    'FlowReconstructionLoss',
    'FlowSmoothnessLoss',
    'L1Loss',
    'LabelContrastLoss',
    'LabelCrossEntropyLoss',
    'LayerCompositionLoss',
    'LayerOrderLoss',
    'MaskBoundaryLoss',
    'MaskConsistencyLoss',
    'MaskCrossEntropyLoss',
    'PhotometricLoss',
    'ReconstructionLoss',
    'SSIMLoss',
    'asymmetric_error',
    'boundary_strip',
    'census_distance',
    'coarse_logits',
    'contrast_regions',
    'expected_energy',
    'flow_roughness',
    'label_cross_entropy',
    'layer_costs',
    'layer_overlaps',
    'mask_distances',
    'mask_entropy',
    'mask_spread',
    'match_masks',
    'reconstruction_energy',
    'softened_entropy',
    'ssim_distance',
]
