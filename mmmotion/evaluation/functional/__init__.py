"""Measures as pure functions of arrays."""

from .alignment_measure import adaptive_alignment, alignment_levels
from .boundary import boundary_f, boundary_map, tolerance_radius
from .box import (
    SUCCESS_THRESHOLDS,
    border_fraction,
    box_iou,
    largest_box,
    mask_to_box,
    scale_box,
    success_rates,
)
from .confusion import class_iou, class_recall, confusion_matrix
from .flow import (
    FlowErrors,
    end_point_error,
    flow_errors,
    photometric_error,
)
from .jaccard import jaccard
from .layer_iou import MIN_SHARE, count_pixels, iou_of_counts, layer_iou
from .object_assignment import (
    MAX_PROPOSALS,
    ObjectScores,
    assign_objects,
    match_objects,
    score_named_objects,
    score_pairs,
    score_unnamed_objects,
)
from .rank_correlation import rank_correlation
from .region_selection import (
    OracleChoice,
    oracle_assignment,
    oracle_region,
    oracle_side,
)
from .saliency import (
    PROBABILITY_THRESHOLDS,
    PrecisionRecall,
    adaptive_f_beta,
    f_beta,
    foreground_probability,
    image_iou,
    mean_absolute_error,
    pixel_accuracy,
    precision_recall_above,
    precision_recall_levels,
    stretch,
)
from .sequence_statistics import (
    SequenceStatistics,
    known_mean,
    sequence_statistics,
)
from .structure_measure import structure_measure
from .weighted_f_measure import weighted_f_measure

__all__ = [
    'MAX_PROPOSALS',
    'MIN_SHARE',
    'PROBABILITY_THRESHOLDS',
    'SUCCESS_THRESHOLDS',
    'FlowErrors',
    'ObjectScores',
    'OracleChoice',
    'PrecisionRecall',
    'SequenceStatistics',
    'adaptive_alignment',
    'adaptive_f_beta',
    'alignment_levels',
    'assign_objects',
    'border_fraction',
    'boundary_f',
    'boundary_map',
    'box_iou',
    'class_iou',
    'class_recall',
    'confusion_matrix',
    'count_pixels',
    'end_point_error',
    'f_beta',
    'flow_errors',
    'foreground_probability',
    'image_iou',
    'iou_of_counts',
    'jaccard',
    'known_mean',
    'largest_box',
    'layer_iou',
    'mask_to_box',
    'match_objects',
    'mean_absolute_error',
    'oracle_assignment',
    'oracle_region',
    'oracle_side',
    'photometric_error',
    'pixel_accuracy',
    'precision_recall_above',
    'precision_recall_levels',
    'rank_correlation',
    'scale_box',
    'score_named_objects',
    'score_pairs',
    'score_unnamed_objects',
    'sequence_statistics',
    'stretch',
    'structure_measure',
    'success_rates',
    'tolerance_radius',
    'weighted_f_measure',
]
