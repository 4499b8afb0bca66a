"""Mask logits as inner products of groups and pixels."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS


@MODELS.register_module()
class MaskFormerHead(BaseModule):
    """Compare the features of every pixel with a vector for every group.

    A pixel decoder makes one fine map of the encoder's maps, a binding turns
    the coarsest map into groups, and the logit of a pixel for a group is the
    inner product of the two. There is neither a sigmoid nor a class.

    Source: Cheng et al., "Per-Pixel Classification is Not All You Need for
    Semantic Segmentation", NeurIPS 2021, Section 3.4, without classes.

    Args:
        in_channels: Channels of the encoder's maps, finest first.
        num_groups: Number of groups K.
        channels: Channels of the fine map and of the groups.
        pixel_decoder: Settings of ``MultiScalePixelDecoder`` beside
            ``in_channels`` and ``channels``; or, with a ``type``, the whole
            config of another part that makes one map of ``channels``.
        binding: Settings of ``QueryDecoder`` beside the channels and the
            number; or, with a ``type``, the whole config of another binding
            that makes ``num_groups`` groups of ``channels``.
        init_cfg: Initialisation as in mmengine; by default that of the parts
            and of torch.

    Raises:
        ValueError: If there are no maps or no groups.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        num_groups: int,
        channels: int = 256,
        pixel_decoder: dict | None = None,
        binding: dict | None = None,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if not in_channels or num_groups < 1:
            raise ValueError(
                'expected in_channels and num_groups >= 1, got '
                f'in_channels={in_channels} and num_groups={num_groups}'
            )
        self.num_groups = num_groups
        self.pixel_decoder = _build(
            pixel_decoder,
            type='mmmotion.MultiScalePixelDecoder',
            in_channels=in_channels,
            channels=channels,
        )
        self.binding = _build(
            binding,
            type='mmmotion.QueryDecoder',
            in_channels=in_channels[-1],
            channels=channels,
            num_queries=num_groups,
        )
        self.embedding = nn.Sequential(
            nn.Linear(channels, channels),
            nn.ReLU(),
            nn.Linear(channels, channels),
            nn.ReLU(),
            nn.Linear(channels, channels),
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Compute the logits.

        Args:
            features: Feature maps (B, ``in_channels[i]``, h, w) of the
                encoder, finest first.

        Returns:
            (B, K, h', w') logits at the size that the pixel decoder makes.
        """
        pixels = self.pixel_decoder(features)
        groups = self.embedding(self.binding(features))
        return torch.einsum('bkc,bchw->bkhw', groups, pixels)


def _build(cfg: dict | None, **default: Any) -> nn.Module:  # a config
    """Build a part, the default one unless the config names a type."""
    cfg = cfg or {}
    return MODELS.build(cfg if 'type' in cfg else {**default, **cfg})
