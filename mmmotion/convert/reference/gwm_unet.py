"""The U-Net of Guess What Moves (``gwm_unet*.npz``)."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from mmmotion.registry import MODELS

from ..gwm_unet import count_stages, has_transposed_up
from ..state_dict import convert_state_dict
from .comparison import Comparison

# The original differs by 6e-6 between float32 and float64.
_ATOL = 1e-4


def _config(state: Mapping[str, Tensor]) -> dict:
    """The segmentor at the sizes of the original's weights."""
    stem = state['inc.double_conv.0.weight']
    last = state['outc.conv.weight']
    return dict(
        type='mmmotion.GWM',
        encoder=dict(
            type='mmmotion.UNetEncoder',
            in_channels=stem.shape[1],
            base_channels=stem.shape[0],
            num_stages=count_stages(state),
            upsample='transposed' if has_transposed_up(state) else 'bilinear',
        ),
        head=dict(
            type='mmmotion.FCNHead',
            in_channels=last.shape[1],
            num_groups=last.shape[0],
        ),
        motion_model=dict(type='mmmotion.QuadraticMotion'),
        loss_recon=dict(type='mmmotion.FlowReconstructionLoss'),
    )


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Run the network on ``input``.

    Args:
        state: Weights of the original U-Net.
        arrays: ``input`` (B, C, H, W) and ``logits`` (B, K, H, W).

    Yields:
        The comparison of ``logits``.
    """
    if 'logits' not in arrays:
        return
    weights = convert_state_dict('gwm-unet', state)
    model = MODELS.build(_config(state))
    model.load_state_dict(weights, strict=True)
    model.eval()
    image = torch.from_numpy(np.asarray(arrays['input'], np.float32))
    with torch.no_grad():
        logits = model.segment(dict(frames=image[:, None]))
    yield Comparison('logits', logits.numpy(), arrays['logits'], _ATOL)
