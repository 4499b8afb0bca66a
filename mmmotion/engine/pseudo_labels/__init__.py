"""Labels that a model makes of the frames that it trains on."""

from .label_maker import LabelMaker
from .label_run import LabelledVideo, label_videos
from .label_store import LabelStore
from .second_stage import check_second_stage

__all__ = [
    'LabelMaker',
    'LabelStore',
    'LabelledVideo',
    'check_second_stage',
    'label_videos',
]
