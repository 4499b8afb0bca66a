"""Soft masks drawn to the edges of the image."""

from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from mmmotion.flow.frames import read_frame, resize_frame
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .crf import CRFParameters, dense_crf, mask_unary, probability_unary
from .postprocessor import Postprocessor


@POSTPROCESSORS.register_module()
class DenseCRF(Postprocessor):
    """Let pixels that are near and of like colour agree on a label.

    A fully connected CRF with Potts compatibility on one frame, solved by
    mean field; see :func:`~mmmotion.postprocessing.crf.dense_crf`. The
    defaults are those of the release of RCF (Lian et al., CVPR 2023), which
    post-processes with ``scale=0.8``.

    It reads the frame, so it works after any method, at best as the last
    step of the chain.

    Source: Krähenbühl and Koltun, "Efficient Inference in Fully Connected
    CRFs with Gaussian Edge Potentials", NeurIPS 2011.

    Args:
        size: Where it works: ``'original'``, on the frame as it was before
            the pipeline resized it; ``'network'``, on the frame that the
            model sees; or an (H, W) or the shorter side, to which the
            original is resized. The result has that size.
        scale: What the mask of a single object is divided by before it is
            quantised, see ``mask_unary``. None takes the masks as they are,
            and any number of them.
        spatial_sigma: Deviation of the bilateral kernel in pixels of the
            ``size``.
        color_sigma: Deviation of the bilateral kernel in 8-bit colour steps.
        bilateral_weight: Weight of the bilateral kernel; 0 leaves it out.
        gaussian_sigma: Deviation of the Gaussian kernel in pixels of the
            ``size``.
        gaussian_weight: Weight of the Gaussian kernel; 0 leaves it out.
        num_iters: Number of mean-field updates.
        normalization: ``'symmetric'`` or ``'after'``.

    Raises:
        ValueError: If a parameter is out of range.
    """

    def __init__(
        self,
        size: str | int | Sequence[int] = 'original',
        scale: float | None = None,
        spatial_sigma: float = 60.0,
        color_sigma: float = 5.0,
        bilateral_weight: float = 5.0,
        gaussian_sigma: float = 3.0,
        gaussian_weight: float = 0.0,
        num_iters: int = 50,
        normalization: str = 'symmetric',
    ) -> None:
        self.size = _parse_size(size)
        is_number = isinstance(scale, Real)
        if scale is not None and not (is_number and 0 < scale <= 1):
            raise ValueError(f'scale must be None or in (0, 1], got {scale!r}')
        self.scale = scale
        self.parameters = CRFParameters(
            spatial_sigma=spatial_sigma,
            color_sigma=color_sigma,
            bilateral_weight=bilateral_weight,
            gaussian_sigma=gaussian_sigma,
            gaussian_weight=gaussian_weight,
            num_iters=num_iters,
            normalization=normalization,
        )

    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Refine the masks of one frame.

        Raises:
            ValueError: If there are fewer than two masks, other than two with
                a ``scale``, or no frame of the wanted size.
            FileNotFoundError: If the file of the frame is gone.
        """
        self._check_count(masks)
        image = self._image(inputs, data_sample).to(masks.device)
        masks = F.interpolate(
            masks[None].float(), size=image.shape[-2:], mode='bilinear'
        )
        if self.scale is None:
            unary = probability_unary(masks)
        else:
            unary = mask_unary(masks[:, 1], self.scale)
        return dense_crf(unary, image[None], self.parameters)[0]

    def _check_count(self, masks: Tensor) -> None:
        if len(masks) < 2 or (self.scale is not None and len(masks) != 2):
            expected = 'two or more' if self.scale is None else 'exactly two'
            raise ValueError(
                f'DenseCRF with scale={self.scale} needs {expected} masks, '
                f'got {len(masks)}: put a step that chooses the foreground '
                'before it'
            )

    def _image(
        self, inputs: dict[str, Tensor], data_sample: MotionDataSample
    ) -> Tensor:
        """(3, H, W) float32 RGB, rounded to 8 bits."""
        if 'frames' in inputs:
            frame = inputs['frames'][0]
            seen = tuple(frame.shape[-2:])
            original = tuple(data_sample.get('ori_shape', seen))
            wanted = _resolve(self.size, original)
            if wanted in (seen, 'network'):
                return frame.float().round().clamp(0, 255)
        elif self.size == 'network':
            raise ValueError(
                "DenseCRF with size='network' needs frames, but the inputs "
                f'are {sorted(inputs)}: add LoadFrames to the test pipeline'
            )
        return _read(data_sample, self.size)


def _parse_size(
    size: str | int | Sequence[int]
) -> str | int | tuple[int, int]:
    if size in ('original', 'network'):
        return str(size)
    given: Any = size
    if _is_side(given):
        return int(given)
    sides = given if isinstance(given, list | tuple) else ()
    if len(sides) != 2 or not all(map(_is_side, sides)):
        raise ValueError(
            "size must be 'original', 'network', a positive shorter side or "
            f'(H, W), got {size!r}'
        )
    return int(sides[0]), int(sides[1])


def _is_side(value: Any) -> bool:  # whatever a config holds
    is_count = isinstance(value, Integral) and not isinstance(value, bool)
    return is_count and value > 0


def _resolve(size: str | int | tuple[int, int],
             original: tuple[int, int]) -> str | tuple[int, int]:
    """(H, W) of the frame to work on, or ``'network'``."""
    if size == 'original':
        return original
    if not isinstance(size, int):
        return size
    scale = size / min(original)
    return round(original[0] * scale), round(original[1] * scale)


def _read(
    data_sample: MotionDataSample, size: str | int | tuple[int, int]
) -> Tensor:
    """Read the frame as the pipeline did, at another size."""
    path = data_sample.get('img_path')
    if path is None:
        raise ValueError(
            f'DenseCRF with size={size!r} reads the frame again, but '
            f'{data_sample.get("video_id", "the sample")} names no img_path: '
            "use size='network'"
        )
    frame = read_frame(path)
    wanted = _resolve(size, (frame.shape[0], frame.shape[1]))
    if not isinstance(wanted, str):
        frame = resize_frame(frame, wanted)
    return torch.from_numpy(frame).permute(2, 0, 1).float()
