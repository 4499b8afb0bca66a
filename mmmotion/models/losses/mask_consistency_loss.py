"""Agreement of two groupings of one image, whatever the order of groups."""

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor, nn

from mmmotion.registry import MODELS


def mask_distances(masks: Tensor, others: Tensor) -> Tensor:
    """Compare every mask of one grouping with every mask of another.

    Args:
        masks: (B, K, h, w) soft masks.
        others: (B, K, h, w) soft masks.

    Returns:
        (B, K, K) mean squared differences; rows belong to ``masks``.
    """
    rows = [(mask[:, None] - others).square().mean(dim=(-2, -1))
            for mask in masks.unbind(dim=1)]
    return torch.stack(rows, dim=1)


def match_masks(distances: Tensor) -> Tensor:
    """Assign the masks of two groupings to each other at the least cost.

    Args:
        distances: (B, K, K) cost of each pair, see :func:`mask_distances`.

    Returns:
        (B, K) for each row the index of its column, none twice. A cost that
        is not finite, as after an overflow in float16, is no error: that is
        for the optimizer to see.
    """
    costs = distances.detach().cpu().double().nan_to_num()
    columns = [
        torch.from_numpy(linear_sum_assignment(cost)[1])
        for cost in costs.numpy()
    ]
    return torch.stack(columns).to(distances.device)


@MODELS.register_module()
class MaskConsistencyLoss(nn.Module):
    """Make two views of one frame be grouped alike.

    The groups have no order. Of two groups the best-matching pair counts,
    which says everything where masks add up to 1: the other pair then matches
    equally well. More groups are matched one to one at the least total
    distance, of which the mean counts. The gradient enters both groupings.

    Source: Yang et al., "Self-supervised Video Object Segmentation by Motion
    Grouping", ICCV 2021, Eq. 7, for two groups.

    Args:
        loss_weight: Factor on the returned value.
    """

    def __init__(self, loss_weight: float = 0.01) -> None:
        super().__init__()
        self.loss_weight = loss_weight

    def forward(self, masks: Tensor, others: Tensor) -> Tensor:
        """Average the distance over the pairs of groupings.

        Args:
            masks: (B, K, h, w) soft masks that add up to 1.
            others: (B, K, h, w) soft masks of the same frames.

        Returns:
            The weighted loss, a scalar.

        Raises:
            ValueError: If the shapes differ.
        """
        if masks.shape != others.shape:
            raise ValueError(
                'two groupings must have one shape, got '
                f'{tuple(masks.shape)} and {tuple(others.shape)}'
            )
        distances = mask_distances(masks, others)
        if distances.shape[1] <= 2:
            return self.loss_weight * distances.flatten(1).amin(dim=1).mean()
        columns = match_masks(distances)
        matched = distances.gather(2, columns[..., None])
        return self.loss_weight * matched.mean()
