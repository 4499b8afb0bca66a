"""A light network, with weights of one's own or released ones."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from mmmotion.registry import FLOW_ESTIMATORS, WEIGHT_INITIALIZERS

from ..networks import PWCLite
from ..padding import pad_border, round_up
from ..resize import resize_flow_tensor
from .network_flow_estimator import NetworkFlowEstimator

_MODES = ('resize', 'pad')
_DIVISOR = PWCLite.divisor


@FLOW_ESTIMATORS.register_module()
class PWCLiteFlowEstimator(NetworkFlowEstimator):
    """Flow of :class:`PWCLite` for two frames.

    Source: Liu et al., "Learning by Analogy", CVPR 2020 (ARFlow), whose
    release resizes every frame to the one size of its training.

    Args:
        checkpoint: File of ``UnsupervisedFlow``, or one that ARFlow released
            for two frames (those with ``_mv`` are for three).
        normalize_features: That of the network when it was trained; weights
            of the other kind are refused.
        mode: The network needs sides that are multiples of 64. ``'resize'``
            changes the size of the frames, as for the released weights;
            ``'pad'`` repeats their border on the right and at the bottom.
        input_size: (H, W) to which ``'resize'`` resizes; by default each side
            to the nearest multiple of 64.

    Raises:
        FileNotFoundError: If there is no such file.
        CheckpointError: If the file is damaged, would have to be executed,
            or belongs to another network.
        ValueError: If the mode is unknown, or the input size does not fit it
            or is no pair of multiples of 64.
    """

    name = 'pwclite'
    file_settings = ('checkpoint', )

    def __init__(
        self,
        checkpoint: str,
        normalize_features: bool = False,
        mode: str = 'resize',
        input_size: Sequence[int] | None = None,
    ) -> None:
        _check_size(mode, input_size)
        network = PWCLite(2, normalize_features)
        WEIGHT_INITIALIZERS.build(
            dict(type='Pretrained', checkpoint=str(checkpoint))
        )(network)
        super().__init__(network)
        self.mode = mode
        self.input_size = input_size

    def infer(self, first: Tensor, second: Tensor) -> Tensor:
        """Compute flow on tensors of any size."""
        height, width = first.shape[-2:]
        if self.mode == 'pad':
            padded = round_up(height, _DIVISOR), round_up(width, _DIVISOR)
            pair = [pad_border(images, padded) for images in (first, second)]
            return self._match(*pair)[..., :height, :width]
        size = tuple(self.input_size or (_nearest(height), _nearest(width)))
        pair = [
            interpolate(images, size, mode='bilinear', antialias=True)
            for images in (first, second)
        ]
        return resize_flow_tensor(self._match(*pair), (height, width))

    def _match(self, first: Tensor, second: Tensor) -> Tensor:
        images = torch.stack((first, second), dim=1)
        return self.network(images, with_backward=False).forward[0]


def _nearest(side: int) -> int:
    """The nearest multiple of 64, the larger of two, at least 64."""
    return max((side + _DIVISOR // 2) // _DIVISOR, 1) * _DIVISOR


def _check_size(mode: str, input_size: Sequence[int] | None) -> None:
    if mode not in _MODES:
        raise ValueError(f'expected mode to be one of {_MODES}, got {mode!r}')
    if input_size is None:
        return
    if mode != 'resize':
        raise ValueError(
            f"input_size is for mode='resize', got {input_size} with "
            f'mode={mode!r}'
        )
    if len(input_size) != 2 or any(side < 1 or side % _DIVISOR
                                   for side in input_size):
        raise ValueError(
            'expected input_size (H, W) of positive multiples of '
            f'{_DIVISOR}, got {input_size}'
        )
