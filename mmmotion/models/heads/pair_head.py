"""Features of two frames to a value per pixel, region and direction."""

from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor

from mmmotion.registry import MODELS

from .fcn_head import FCNHead


@MODELS.register_module()
class PairHead(BaseModule):
    """Say two numbers about every pixel, group and direction of a pair.

    One pass over the maps of both frames, side by side, serves both
    directions.

    Source: the residual pathway of Lian, Wu, Yu, "Improving Unsupervised
    Video Object Segmentation with Motion-Appearance Synergy", arXiv
    2212.08816, Eq. 3, in the form of the released code of its successor RCF.

    Args:
        in_channels: Channels of the feature map of one frame.
        num_groups: Number of groups.
        in_index: Position of the feature map in the encoder's output, finest
            first.
        num_convs: See ``FCNHead``, as the next ones.
        channels: See ``FCNHead``.
        dilation: See ``FCNHead``.
        norm: See ``FCNHead``.
        dropout_ratio: See ``FCNHead``.
        init_cfg: Initialisation as in mmengine; by default that of
            ``FCNHead``.

    Raises:
        ValueError: If a number is out of range.
    """

    def __init__(
        self,
        in_channels: int,
        num_groups: int,
        in_index: int = -1,
        num_convs: int = 2,
        channels: int = 256,
        dilation: int = 1,
        norm: dict | None = None,
        dropout_ratio: float = 0.0,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_groups < 1:
            raise ValueError(
                f'num_groups must be at least 1, got {num_groups}'
            )
        self.num_groups = num_groups
        self.in_index = in_index
        self.head = FCNHead(
            2 * in_channels,
            4 * num_groups,
            num_convs=num_convs,
            channels=channels,
            dilation=dilation,
            norm=norm,
            dropout_ratio=dropout_ratio,
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Look at the frames of pairs.

        Args:
            features: Maps (2B, C, h, w) of the encoder, finest first, those
                of the first frames of all pairs, then of the second ones.

        Returns:
            (2B, K, 2, h, w) of all pairs from the first frame to the second,
            then back, at the size of the chosen map.
        """
        pair = torch.cat(features[self.in_index].chunk(2), dim=1)
        values = self.head([pair])
        # Channels: directions, then components, then groups.
        values = values.unflatten(1, (2, 2, self.num_groups))
        return values.transpose(0, 1).flatten(0, 1).transpose(1, 2)
