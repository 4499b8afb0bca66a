"""From the form in which a data set is distributed to the one that is read."""

from .fbms59 import prepare_fbms59
from .moca import prepare_moca
from .prepared_tree import PreparationSummary
from .segtrackv2 import prepare_segtrackv2

__all__ = [
    'PreparationSummary',
    'prepare_fbms59',
    'prepare_moca',
    'prepare_segtrackv2',
]
