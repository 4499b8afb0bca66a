"""Coarse layers that the queries themselves draw."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.registry import MODELS

from .mask_consistency_loss import match_masks
from .mask_cross_entropy_loss import layer_costs

_EPS = 1.0


def coarse_logits(queries: Tensor, cells: Tensor, bias: float) -> Tensor:
    """Score every cell for every layer.

    Args:
        queries: (B, K, T, C) one vector for each layer and frame.
        cells: (B, T, h, w, C).
        bias: Logit of a cell that a query is orthogonal to.

    Returns:
        (B, T, K, h, w) float32 inner products over sqrt(C), plus the bias.
    """
    with torch.autocast(cells.device.type, enabled=False):
        columns = cells.float().flatten(2, 3)
        rows = queries.float().transpose(1, 2)
        logits = rows @ columns.mT / cells.shape[-1]**0.5 + bias
    return logits.unflatten(3, cells.shape[2:4])


@MODELS.register_module()
class CoarseLayerLoss(nn.Module):
    """Teach queries to point at the cells of their layers.

    A decoder with skip connections finds what moves without asking the
    queries, which then stop to tell layers apart. This loss reaches them
    directly: the inner products of queries and cells have to show the layers
    at the size of the cells, in any order, by cross entropy and by the
    overlap of Dice.

    Source: of this toolbox; masks as inner products of queries and cells
    follow Cheng et al., "Per-Pixel Classification is Not All You Need for
    Semantic Segmentation", NeurIPS 2021, the overlap Milletari et al.,
    "V-Net", 3DV 2016.

    Args:
        bias: Added to the inner products, so that layers begin small.
        loss_weight: Factor on the returned value.
    """

    def __init__(self, bias: float = -2.0, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.bias = bias
        self.loss_weight = loss_weight

    def match(self, queries: Tensor, cells: Tensor, targets: Tensor) -> Tensor:
        """Find out which query draws which layer.

        Args:
            queries: (B, K, T, C).
            cells: (B, T, h, w, C).
            targets: (B, T, K, H, W) masks in [0, 1], floating point.

        Returns:
            (B, K) for each target the index of its query, none twice.
        """
        return match_masks(layer_costs(*self._layers(queries, cells, targets)))

    def _layers(self, queries: Tensor, cells: Tensor,
                targets: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and targets (B, T, K, h, w) at the size of the cells."""
        logits = coarse_logits(queries, cells, self.bias)
        size = (logits.shape[-2], logits.shape[-1])
        known = F.adaptive_avg_pool2d(targets.flatten(0, 1), size)
        return logits, known.unflatten(0, targets.shape[:2])

    def forward(
        self,
        queries: Tensor,
        cells: Tensor,
        targets: Tensor,
        order: Tensor | None = None,
    ) -> Tensor:
        """Compare coarse layers with known ones.

        Args:
            queries: (B, K, T, C).
            cells: (B, T, h, w, C).
            targets: (B, T, K, H, W) masks in [0, 1], floating point. Empty
                ones have no overlap that could be asked for.
            order: (B, K) index of the query of each target; those of
                :meth:`match` if None.

        Returns:
            The weighted loss, a scalar.
        """
        logits, known = self._layers(queries, cells, targets)
        if order is None:
            order = match_masks(layer_costs(logits, known))
        logits = torch.stack([
            clip.index_select(1, index) for clip, index in zip(logits, order)
        ])
        entropy = F.binary_cross_entropy_with_logits(logits, known)
        masks = logits.sigmoid()
        both, total = (
            part.sum(dim=(1, 3, 4)) for part in (masks * known, masks + known)
        )
        exists = known.sum(dim=(1, 3, 4)) > 0
        missed = 1 - (2 * both + _EPS) / (total + _EPS)
        missed = (missed * exists).sum() / exists.sum().clamp(min=1)
        return self.loss_weight * (entropy + missed)
