"""How the parts are wired, one file per method."""

from .amd import AMD
from .base import BaseSegmentor
from .frame_prediction import FramePrediction
from .gwm import GWM
from .imas import IMAS
from .layered_clip import LayeredClip, LayeredVideo, visible_layers
from .mg import MG
from .oclr import OCLR
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
    'LayeredVideo',
    'RobustBackground',
    'SemanticSegmentor',
    'visible_layers',
]
