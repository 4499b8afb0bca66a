"""What everything that is trained shares: three modes."""

from abc import abstractmethod

import torch.distributed as dist
from mmengine.model import BaseModel
from torch import Tensor

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample


class ThreeModeModel(BaseModel):
    """Base of what a runner trains and tests.

    Args:
        data_preprocessor: Config of the data preprocessor, by default
            ``MotionDataPreprocessor``.
        init_cfg: Weight initialisation, see mmengine's ``BaseModule``.
    """

    def __init__(
        self,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        preprocessor = {
            'type': 'MotionDataPreprocessor',
            **(data_preprocessor or {})
        }
        super().__init__(MODELS.build(preprocessor), init_cfg)

    @abstractmethod
    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Compute the training objective.

        Returns:
            Weighted scalars; the sum of those named ``loss...`` is minimised.
        """

    @abstractmethod
    def predict(
        self,
        inputs: dict[str, Tensor],
        data_samples: list[MotionDataSample] | None = None,
    ) -> list[MotionDataSample]:
        """Fill the samples with what the model finds."""

    @abstractmethod
    def _forward(self, inputs: dict[str, Tensor]) -> Tensor:
        """The raw output of the network."""

    def forward(
        self,
        inputs: dict[str, Tensor],
        data_samples: list[MotionDataSample] | None = None,
        mode: str = 'tensor',
    ) -> dict[str, Tensor] | list[MotionDataSample] | Tensor:
        """Run one of the three modes.

        Args:
            inputs: A batch as ``MotionDataPreprocessor`` makes it.
            data_samples: One sample per entry of the batch; made here if
                absent and ``mode='predict'``.
            mode: ``'loss'``, ``'predict'`` or ``'tensor'`` (the logits of a
                segmentor, the flow of a flow learner).

        Raises:
            ValueError: If the mode is another one.
        """
        if mode == 'loss':
            return self.loss(inputs, data_samples or [])
        if mode == 'predict':
            return self.predict(inputs, data_samples)
        if mode == 'tensor':
            return self._forward(inputs)
        raise ValueError(
            f"mode must be 'loss', 'predict' or 'tensor', got {mode!r}"
        )

    def parse_losses(
        self, losses: dict[str, Tensor]
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Add up the losses; what is logged is the mean over all ranks."""
        total, log_vars = BaseModel.parse_losses(self, losses)
        if dist.is_available() and dist.is_initialized():
            log_vars = {
                key: _mean_over_ranks(value)
                for key, value in log_vars.items()
            }
        return total, log_vars


def _mean_over_ranks(value: Tensor) -> Tensor:
    mean = value.detach() / dist.get_world_size()
    dist.all_reduce(mean)
    return mean
