"""From the form in which a data set is distributed to the one that is read."""

from .davis2017_motion import (
    GroupingSummary,
    prepare_davis2017_motion,
    read_groups,
)
from .fbms59 import prepare_fbms59
from .moca import prepare_moca
from .prepared_tree import PreparationSummary
from .sbd import AugmentationSummary, prepare_sbd
from .segtrackv2 import prepare_segtrackv2
from .synthetic_clips import ClipPlan, ClipSummary, write_clips

__all__ = [
    'AugmentationSummary',
    'ClipPlan',
    'ClipSummary',
    'GroupingSummary',
    'PreparationSummary',
    'prepare_davis2017_motion',
    'prepare_fbms59',
    'prepare_moca',
    'prepare_sbd',
    'prepare_segtrackv2',
    'read_groups',
    'write_clips',
]
