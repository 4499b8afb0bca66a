"""From the form in which a data set is distributed to the one that is read."""

from .fbms59 import prepare_fbms59
from .moca import prepare_moca
from .prepared_tree import PreparationSummary
from .sbd import AugmentationSummary, prepare_sbd
from .segtrackv2 import prepare_segtrackv2

__all__ = [
    'AugmentationSummary',
    'PreparationSummary',
    'prepare_fbms59',
    'prepare_moca',
    'prepare_sbd',
    'prepare_segtrackv2',
]
