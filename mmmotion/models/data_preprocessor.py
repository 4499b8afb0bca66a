"""Samples to normalised batches on the model's device."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseDataPreprocessor
from torch import Tensor

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample


@MODELS.register_module()
class MotionDataPreprocessor(BaseDataPreprocessor):
    """Stack samples, move them to the device and normalise the frames.

    Flow is stacked as it is: its unit is pixels, and the parts that need
    another scale say so themselves.

    Args:
        mean: Subtracted from R, G and B in 0..255; the default is ImageNet's.
        std: Divides R, G and B after the subtraction.
        non_blocking: Whether copies to the device run beside computation.

    Attributes:
        train_scale: Factor on the sides of frames and flows in training,
            which ``TrainScaleHook`` sets; the pixels of a flow shrink with
            its sides.

    Raises:
        ValueError: If mean or std does not have three values or std holds a
            value that is not positive.
    """

    def __init__(
        self,
        mean: Sequence[float] = (123.675, 116.28, 103.53),
        std: Sequence[float] = (58.395, 57.12, 57.375),
        non_blocking: bool = False,
    ) -> None:
        super().__init__(non_blocking=non_blocking)
        if len(mean) != 3 or len(std) != 3 or min(std) <= 0:
            raise ValueError(
                'expected three means and three positive deviations, got '
                f'mean={mean} and std={std}'
            )
        shape = (3, 1, 1)
        self.register_buffer('mean', torch.tensor(mean).view(shape), False)
        self.register_buffer('std', torch.tensor(std).view(shape), False)
        self.train_scale = 1.0

    def forward(self, data: dict, training: bool = False) -> dict:
        """Make a batch.

        Args:
            data: ``inputs`` with lists of ``frames`` (T, 3, H, W) in 0..255
                and ``flows`` (N, 2, h, w), either of which may be absent,
                ``pseudo_masks`` (T, 1, H, W) in [0, 1] if there are any, and
                ``data_samples``.
            training: Whether the sides are scaled by ``train_scale``.

        Returns:
            ``inputs`` with ``frames`` (B, T, 3, H, W) normalised and ``flows``
            (B, N, 2, h, w), both float32, ``pseudo_masks`` (B, T, 1, H, W) if
            there are any, and ``data_samples``.

        Raises:
            ValueError: If the tensors of a batch differ in size.
        """
        data = self.cast_data(data)
        samples = data.get('data_samples')
        inputs = {
            key: _stack(key, value, samples).float()
            for key, value in data['inputs'].items()
        }
        if 'frames' in inputs:
            inputs['frames'] = self.normalize(inputs['frames'])
        if training and self.train_scale != 1:
            inputs = {
                key: _scale(value, self.train_scale, key == 'flows')
                for key, value in inputs.items()
            }
        return dict(inputs=inputs, data_samples=samples)

    def normalize(self, frames: Tensor) -> Tensor:
        """Normalise RGB frames (..., 3, H, W) in 0..255."""
        return (frames - self.mean) / self.std

    def denormalize(self, frames: Tensor) -> Tensor:
        """Return normalised frames (..., 3, H, W) to RGB in 0..255."""
        return frames * self.std + self.mean


def _scale(images: Tensor, scale: float, is_flow: bool) -> Tensor:
    """Resize (B, N, C, h, w) frames or flows without aliasing."""
    h, w = images.shape[-2:]
    size = max(1, round(h * scale)), max(1, round(w * scale))
    scaled = F.interpolate(
        images.flatten(0, 1), size=size, mode='bilinear', antialias=True
    ).unflatten(0, images.shape[:2])
    if is_flow:
        ratio = scaled.new_tensor([size[1] / w, size[0] / h])
        scaled = scaled * ratio[:, None, None]
    return scaled


def _stack(
    key: str, tensors: Sequence[Tensor], samples: list[MotionDataSample] | None
) -> Tensor:
    for i, tensor in enumerate(tensors):
        if tensor.shape != tensors[0].shape:
            raise ValueError(
                f'the {key} of a batch must have one size, got '
                f'{tuple(tensors[0].shape)} for {_name(samples, 0)} and '
                f'{tuple(tensor.shape)} for {_name(samples, i)}; add a '
                'transform that resizes them or use batch_size=1'
            )
    return torch.stack(list(tensors))


def _name(samples: Any, index: int) -> str:
    if not samples:
        return f'sample {index}'
    return f'{samples[index].video_id}/{samples[index].frame_id}'
