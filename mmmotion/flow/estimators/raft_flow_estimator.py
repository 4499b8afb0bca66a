"""RAFT, through torchvision."""

from pathlib import Path

from torch import Tensor, nn

from mmmotion.registry import FLOW_ESTIMATORS, WEIGHT_INITIALIZERS

from ..padding import pad_border, round_up
from .network_flow_estimator import NetworkFlowEstimator
from .optional_import import import_optional

_MODULE = 'torchvision.models.optical_flow'
_DIVISOR = 8
# Below, the coarsest of its four levels of similarities would be empty.
_MIN_SIDE = 128


@FLOW_ESTIMATORS.register_module()
class RAFTFlowEstimator(NetworkFlowEstimator):
    """Flow by recurrent updates from similarities of all pairs of pixels.

    Needs the extra ``mmmotion[raft]``. Frames are padded evenly by repeating
    their border until both sides are multiples of 8 and at least 128.

    Source: Teed and Deng, "RAFT: Recurrent All-Pairs Field Transforms for
    Optical Flow", ECCV 2020.

    Args:
        weights: Name of weights of torchvision, which downloads them once:
            ``'C_T_V1'`` is the "things" file of the paper (FlyingChairs and
            FlyingThings3D, both synthetic), ``'C_T_SKHT_V2'`` also learned
            from real videos with measured flow. Or a file: ``raft-things.pth``
            as released, or one in torchvision's names. None is random, for
            tests.
        num_flow_updates: Number of updates; 20 in the papers that use the
            flow.
        small: Take the small network.

    Raises:
        ImportError: If torchvision is missing or does not fit torch.
        FileNotFoundError: If there is no such file.
        CheckpointError: If the file is damaged, would have to be executed,
            or belongs to another network.
        ValueError: If torchvision has no such weights, or the number of
            updates is not positive.
    """

    name = 'raft'
    file_settings = ('weights', )

    def __init__(
        self,
        weights: str | None = 'C_T_V1',
        num_flow_updates: int = 20,
        small: bool = False,
    ) -> None:
        if num_flow_updates < 1:
            raise ValueError(
                f'expected num_flow_updates above 0, got {num_flow_updates}'
            )
        super().__init__(_build(weights, small))
        self.num_flow_updates = num_flow_updates

    def infer(self, first: Tensor, second: Tensor) -> Tensor:
        """Compute flow on tensors of any size."""
        height, width = first.shape[-2:]
        size = (
            max(round_up(height, _DIVISOR), _MIN_SIDE),
            max(round_up(width, _DIVISOR), _MIN_SIDE),
        )
        top, left = (size[0] - height) // 2, (size[1] - width) // 2
        pair = [
            pad_border(2 * images - 1, size, (top, left))
            for images in (first, second)
        ]
        flow = self.network(*pair, num_flow_updates=self.num_flow_updates)[-1]
        return flow[..., top:top + height, left:left + width]


def _build(weights: str | None, small: bool) -> nn.Module:
    """The network, filled from torchvision or from a file."""
    models = import_optional(_MODULE, RAFTFlowEstimator.__name__, 'raft')
    make, known = (models.raft_large, models.Raft_Large_Weights)
    if small:
        make, known = (models.raft_small, models.Raft_Small_Weights)
    if weights is not None and Path(weights).suffix:
        network = make(weights=None)
        network.sources = ('raft', )
        WEIGHT_INITIALIZERS.build(dict(type='Pretrained',
                                       checkpoint=weights))(network)
        return network
    # What torchvision calls its default changes, and is not the papers'.
    names = sorted(set(known.__members__) - {'DEFAULT'})
    if weights is not None and weights not in names:
        raise ValueError(
            f'expected weights to be one of {", ".join(names)} for small='
            f"{small}, a file such as 'raft-things.pth', or None, got "
            f'{weights!r}'
        )
    return make(weights=weights)
