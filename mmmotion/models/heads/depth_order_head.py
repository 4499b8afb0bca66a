"""Layer queries to depths."""

from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS


@MODELS.register_module()
class DepthOrderHead(BaseModule):
    """Tell how near each layer is, once for the whole clip.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022.

    Args:
        in_channels: Channels of the queries.
        init_cfg: Initialisation as in mmengine; by default that of torch.
    """

    def __init__(
        self,
        in_channels: int = 512,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        self.mlp = nn.Sequential(
            nn.Linear(in_channels, in_channels),
            nn.ReLU(),
            nn.Linear(in_channels, 1),
        )

    def forward(self, queries: Tensor) -> Tensor:
        """Compute depths without a unit, of which only differences matter.

        Args:
            queries: (B, K, T, C).

        Returns:
            (B, K) depths; the smallest is nearest to the camera.
        """
        return self.mlp(queries.amax(dim=2)).squeeze(-1)
