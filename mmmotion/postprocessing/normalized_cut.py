"""Normalised cut of soft masks on the similarity of dense features.

Source: the released code of Lian, Wu, Yu, "Bootstrapping Objectness from
Videos by Relaxed Common Fate and Visual Grouping", CVPR 2023, whose graph is
that of Wang et al., "Self-supervised Transformers for Unsupervised Object
Discovery using Normalized Cut", CVPR 2022.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

_ROWS = 1024


class SimilarityGraph:
    """All pairs of positions, alike or not.

    The weight of a pair, also of a position with itself, is 1 if the cosine
    of the features is above the threshold, else ``floor``. One byte is kept
    for each pair.

    Args:
        features: (C, h, w) features.
        threshold: Cosine above which two positions are alike.
        floor: Weight of the other pairs.
    """

    def __init__(
        self,
        features: Tensor,
        threshold: float = 0.2,
        floor: float = 1e-5,
    ) -> None:
        directions = F.normalize(features.flatten(1), dim=0)
        count = directions.shape[1]
        self.floor = floor
        self._alike = torch.empty(
            count, count, dtype=torch.bool, device=features.device
        )
        for start in range(0, count, _ROWS):
            rows = slice(start, start + _ROWS)
            cosine = directions[:, rows].T @ directions
            torch.gt(cosine, threshold, out=self._alike[rows])

    @property
    def share(self) -> float:
        """Share of the pairs that are alike."""
        return self._alike.float().mean(dtype=torch.float64).item()

    def __matmul__(self, values: Tensor) -> Tensor:
        """Multiply the (N, N) weights with (N, M) columns."""
        alike = torch.cat([
            rows.to(values.dtype) @ values
            for rows in self._alike.split(_ROWS)
        ])
        return self.floor * values.sum(dim=0) + (1 - self.floor) * alike


def normalized_cut(masks: Tensor, graph: SimilarityGraph) -> Tensor:
    """Measure how much likeness soft masks cut apart.

    With weights W and a mask x, cut = (1 - x)' W x, and the score is
    cut / sum(W x) + cut / sum(W (1 - x)).

    Args:
        masks: (K, h, w) soft masks in [0, 1] on the grid of the graph.
        graph: Likeness of all positions.

    Returns:
        (K,) float64 scores in [0, 2], the lower the better; NaN for a mask
        that is 0, or 1, everywhere.
    """
    inside = masks.flatten(1).T
    columns = torch.cat([inside, torch.ones_like(inside[:, :1])], dim=1)
    product = (graph @ columns).double()
    inside = inside.double()
    linked, degree = product[:, :-1], product[:, -1:]
    cut = ((1 - inside) * linked).sum(dim=0)
    total = linked.sum(dim=0)
    return cut / total + cut / (degree.sum() - total)


def refine_by_cut(
    masks: Tensor,
    graph: SimilarityGraph,
    num_steps: int = 10,
    lr: float = 0.45,
    weight_decay: float = 1e-6,
) -> Tensor:
    """Change masks so that they cut less likeness apart.

    Each mask is optimised by itself: the values of its pixels are the
    parameters of Adam, clamped to [0, 1] after each step.

    Args:
        masks: (K, h, w) soft masks in [0, 1] on the grid of the graph.
        graph: Likeness of all positions.
        num_steps: Number of steps.
        lr: Learning rate of Adam.
        weight_decay: Weight decay of Adam, added to the gradient.

    Returns:
        (K, h, w) the new masks.
    """
    # Adam works on each value alone, so the masks may share an optimizer.
    values = masks.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([values], lr, weight_decay=weight_decay)
    for _ in range(num_steps):
        with torch.enable_grad():
            score = normalized_cut(values, graph).sum()
            values.grad, = torch.autograd.grad(score, values)
        optimizer.step()
        with torch.no_grad():
            values.clamp_(0, 1)
    return values.detach()
