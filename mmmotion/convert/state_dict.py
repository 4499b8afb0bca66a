"""State dicts of the original implementations to ours."""

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from .amd import convert_amd
from .arflow import convert_arflow
from .dino import convert_dino
from .gwm_maskformer import convert_gwm_maskformer
from .gwm_unet import convert_gwm_unet
from .imas import convert_imas
from .mg import convert_mg
from .oclr import convert_oclr
from .raft import convert_raft
from .swin import convert_moby, convert_swin
from .torchvision_resnet import convert_torchvision_resnet

CONVERTERS: dict[str, Callable[[dict[str, Tensor]], dict[str, Tensor]]] = {
    'amd': convert_amd,
    'arflow': convert_arflow,
    'dino': convert_dino,
    'gwm-maskformer': convert_gwm_maskformer,
    'gwm-unet': convert_gwm_unet,
    'imas': convert_imas,
    'mg': convert_mg,
    'moby': convert_moby,
    'oclr': convert_oclr,
    'raft': convert_raft,
    'swin': convert_swin,
    'torchvision-resnet': convert_torchvision_resnet,
}
"""Function from the original's state dict to ours, by name of the source."""

_WRAPPERS = ('model', 'state_dict', 'model_state_dict')


def unwrap_state_dict(checkpoint: Mapping[str, Any]) -> dict[str, Any]:
    """Find the weights in a checkpoint.

    Args:
        checkpoint: A state dict, or a checkpoint that holds one as
            ``model``, ``state_dict`` or ``model_state_dict``.

    Returns:
        The state dict without the ``module.`` that data-parallel training
        puts before every name.
    """
    for name in _WRAPPERS:
        if isinstance(checkpoint.get(name), Mapping):
            return unwrap_state_dict(checkpoint[name])
    prefix = 'module.'
    if checkpoint and all(str(key).startswith(prefix) for key in checkpoint):
        return {key[len(prefix):]: checkpoint[key] for key in checkpoint}
    return dict(checkpoint)


def convert_state_dict(source: str,
                       state_dict: Mapping[str, Any]) -> dict[str, Tensor]:
    """Rename the weights of an original implementation to ours.

    Args:
        source: A key of :data:`CONVERTERS`.
        state_dict: State dict in the names of the original implementation,
            or the checkpoint around it.

    Returns:
        A state dict that the matching segmentor, or encoder, loads strictly.

    Raises:
        ValueError: If the source is unknown, or keys are missing or belong
            to another model.
        TypeError: If something is not a tensor.
    """
    if source not in CONVERTERS:
        known = ', '.join(sorted(CONVERTERS))
        raise ValueError(f'unknown source {source!r}, expected one of {known}')
    if not isinstance(state_dict, Mapping):
        raise TypeError(
            f'expected a state dict, got {type(state_dict).__name__}'
        )
    return CONVERTERS[source](unwrap_state_dict(state_dict))
