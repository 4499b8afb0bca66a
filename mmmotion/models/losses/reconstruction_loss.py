"""How far a reconstructed image is from the one that was seen."""

from torch import Tensor, nn

from mmmotion.registry import MODELS


@MODELS.register_module()
class ReconstructionLoss(nn.Module):
    """Squared difference of two images.

    Source: Yang et al., "Self-supervised Video Object Segmentation by Motion
    Grouping", ICCV 2021, Eq. 5. The paper adds up the channels of a pixel
    (``reduction='pixel'``), its release averages over them
    (``reduction='mean'``), with the same weight of 100.

    Args:
        reduction: ``'mean'`` over all entries, or the sum over the channels
            averaged per ``'pixel'``.
        loss_weight: Factor on the returned value.

    Raises:
        ValueError: If the reduction is another word.
    """

    def __init__(
        self, reduction: str = 'mean', loss_weight: float = 100.0
    ) -> None:
        super().__init__()
        if reduction not in ('mean', 'pixel'):
            raise ValueError(
                f"reduction must be 'mean' or 'pixel', got {reduction!r}"
            )
        self.reduction = reduction
        self.loss_weight = loss_weight

    def forward(self, reconstruction: Tensor, image: Tensor) -> Tensor:
        """Measure the difference.

        Args:
            reconstruction: (B, C, h, w) image made from the groups.
            image: (B, C, h, w) image that was seen.

        Returns:
            The weighted loss, a scalar.

        Raises:
            ValueError: If the shapes differ.
        """
        if reconstruction.shape != image.shape:
            raise ValueError(
                f'the reconstruction is {tuple(reconstruction.shape)}, the '
                f'image {tuple(image.shape)}'
            )
        error = (reconstruction - image).square().mean()
        if self.reduction == 'pixel':
            error = error * image.shape[1]
        return self.loss_weight * error
