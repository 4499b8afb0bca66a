"""Released checkpoints of the original projects to ours."""

from .checkpoint import convert_checkpoint
from .pretrained import Pretrained
from .state_dict import CONVERTERS, convert_state_dict, unwrap_state_dict

__all__ = [
    'CONVERTERS',
    'Pretrained',
    'convert_checkpoint',
    'convert_state_dict',
    'unwrap_state_dict',
]
