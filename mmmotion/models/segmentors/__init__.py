"""How the parts are wired, one file per method."""

from .amd import AMD
from .base import BaseSegmentor
from .frame_prediction import FramePrediction
from .gwm import GWM
from .imas import IMAS
from .mg import MG
from .oclr import OCLR, LayeredClip, visible_regions
from .robust_background import RobustBackground
from .semantic_segmentor import SemanticSegmentor

__all__ = [
    'AMD',
    'GWM',
    'IMAS',
    'MG',
    'OCLR',
    'BaseSegmentor',
    'FramePrediction',
    'LayeredClip',
    'RobustBackground',
    'SemanticSegmentor',
    'visible_regions',
]
