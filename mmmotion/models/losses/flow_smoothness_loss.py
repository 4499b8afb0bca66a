"""Penalty on flow that changes where the image does not."""

from torch import Tensor, nn

from mmmotion.registry import MODELS


def flow_roughness(
    flow: Tensor,
    image: Tensor,
    order: int = 1,
    edge_weight: float = 10.0,
) -> Tensor:
    """Measure how fast the flow changes, less where the image has edges.

    Args:
        flow: (B, 2, h, w) flow.
        image: (B, C, h, w) image in [0, 1].
        order: 1 for first, 2 for second differences.
        edge_weight: How fast the weight falls with the image's differences.

    Returns:
        A scalar, the weighted absolute differences averaged over pixels and
        axes; those of first order count half.
    """
    total = flow.new_zeros(())
    # As released: only the first differences are halved.
    scale = 0.5 if order == 1 else 1.0
    for axis in (-1, -2):
        edges = image.diff(dim=axis).abs().mean(dim=1, keepdim=True)
        weight = (-edge_weight * edges).exp()
        change = flow.diff(n=order, dim=axis)
        weight = weight.narrow(axis, order - 1, change.shape[axis])
        total = total + scale * (weight * change.abs()).mean() / 2
    return total


@MODELS.register_module()
class FlowSmoothnessLoss(nn.Module):
    """Keep flow smooth except at edges of the image.

    The flow is divided by the shorter side of its grid, so that the value does
    not depend on the resolution of a given motion.

    Source: Liu et al., "Learning by Analogy" (ARFlow), CVPR 2020, release:
    first order with weight 50 on Sintel, second order with 75 on KITTI.

    Args:
        order: 1 penalises any change of the flow, 2 leaves linear flow free.
        edge_weight: See :func:`flow_roughness`.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If the order is not 1 or 2.
    """

    def __init__(
        self,
        order: int = 1,
        edge_weight: float = 10.0,
        loss_weight: float = 50.0,
    ) -> None:
        super().__init__()
        if order not in (1, 2):
            raise ValueError(f'order must be 1 or 2, got {order}')
        self.order = order
        self.edge_weight = edge_weight
        self.loss_weight = loss_weight

    def forward(self, flow: Tensor, image: Tensor) -> Tensor:
        """Average the change over all pixels and both axes.

        Args:
            flow: (B, 2, h, w) flow in pixels of its grid.
            image: (B, C, h, w) image in [0, 1] in which the flow starts.

        Returns:
            The weighted loss, a scalar.

        Raises:
            ValueError: If the sizes differ.
        """
        if flow.shape[-2:] != image.shape[-2:]:
            raise ValueError(
                f'the flow is {tuple(flow.shape[-2:])}, the image '
                f'{tuple(image.shape[-2:])}'
            )
        flow = flow / min(flow.shape[-2:])
        return self.loss_weight * flow_roughness(
            flow, image, self.order, self.edge_weight
        )
