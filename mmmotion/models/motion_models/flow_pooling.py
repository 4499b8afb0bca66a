"""A learned mean of the flow of a region."""

from mmengine.model import BaseModule
from torch import Tensor, nn

from ..binding import SegmentPooling

_SLOPE = 0.1


class FlowPooling(BaseModule):
    """Average features of the flow in every region and map them to a motion.

    Source: Lian, Wu, Yu, "Improving Unsupervised Video Object Segmentation
    with Motion-Appearance Synergy", arXiv 2212.08816, Eq. 1. The paper maps
    single pixels; the 3x3 convolutions are those of the released code of its
    successor RCF.

    Args:
        channels: Number of features.
        init_cfg: Initialisation as in mmengine; by default that of torch.

    Raises:
        ValueError: If there are no channels.
    """

    def __init__(
        self,
        channels: int = 64,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if channels < 1:
            raise ValueError(f'channels must be at least 1, got {channels}')
        self.before = nn.Sequential(
            nn.Conv2d(2, channels, kernel_size=3, padding=1),
            nn.LeakyReLU(_SLOPE),
            nn.Conv2d(channels, channels, kernel_size=3, padding=1),
            nn.LeakyReLU(_SLOPE),
        )
        self.pooling = SegmentPooling()
        self.after = nn.Sequential(
            nn.Linear(channels, channels),
            nn.LeakyReLU(_SLOPE),
            nn.Linear(channels, 2),
        )

    def forward(self, weights: Tensor, flow: Tensor) -> Tensor:
        """Find by how much the motions differ from the plain means.

        Args:
            weights: (B, K, h, w) weights of the pixels of every region.
            flow: (B, 2, h, w) observed flow.

        Returns:
            (B, K, 2) learned motion of every region less its mean flow.
        """
        learned = self.after(self.pooling(self.before(flow), weights))
        return learned - self.pooling(flow, weights)
