"""Exact flow with the errors of an estimator."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from mmcv.transforms import BaseTransform

from mmmotion.flow.polynomial import evaluate_polynomial, fit_polynomial
from mmmotion.registry import TRANSFORMS

from ..draw import sample_rng

_MAX_DAMPED = 0.2


@TRANSFORMS.register_module()
class DegradeFlows(BaseTransform):
    """Blur exact flows, add smooth noise and lose objects now and then.

    Lengths are pixels of the flows as they are here. All flows of a sample
    are blurred alike and get noise of their own.

    Required Keys:
        flows; gt_masks (O, H, W), or (T, O, H, W) of a clip, of the size of
        the flows, if objects are to be damped.

    Changed Keys:
        flows

    Args:
        blur: Smallest and largest standard deviation of the Gaussian.
        noise: Smallest and largest standard deviation of the noise where it
            is drawn; it is interpolated in between, which takes an eighth.
        noise_scale: Distance over which the noise changes.
        damp_prob: Chance that, in one frame, one object keeps but 0 to 20 %
            of its motion against the background, as if it were not seen to
            move.

    Raises:
        ValueError: If a range is not one of numbers from 0, the scale is
            below 1 or the probability is outside [0, 1].
    """

    def __init__(
        self,
        blur: Sequence[float] = (1.0, 2.0),
        noise: Sequence[float] = (0.0, 0.3),
        noise_scale: float = 8.0,
        damp_prob: float = 0.1,
    ) -> None:
        for name, value in (('blur', blur), ('noise', noise)):
            if len(value) != 2 or not 0 <= value[0] <= value[1]:
                raise ValueError(
                    f'expected {name} to be (smallest, largest) with 0 <= '
                    f'smallest <= largest, got {value}'
                )
        if noise_scale < 1 or not 0 <= damp_prob <= 1:
            raise ValueError(
                'expected noise_scale >= 1 and damp_prob in [0, 1], got '
                f'{noise_scale} and {damp_prob}'
            )
        self.blur = (float(blur[0]), float(blur[1]))
        self.noise = (float(noise[0]), float(noise[1]))
        self.noise_scale = noise_scale
        self.damp_prob = damp_prob

    def transform(self, results: dict) -> dict:
        """Degrade the flows.

        Raises:
            KeyError: If objects are to be damped, but there are no masks.
            ValueError: If the masks do not fit the flows.
        """
        rng = sample_rng(results, type(self).__name__)
        flows = results['flows'].copy()
        if self.damp_prob:
            flows = self._damp(rng, flows, _masks_by_frame(results))
        sigma = rng.uniform(*self.blur)
        deviation = rng.uniform(*self.noise)
        height, width = flows.shape[1:3]
        grid = (
            max(2, round(height / self.noise_scale)),
            max(2, round(width / self.noise_scale)),
        )
        for i, flow in enumerate(flows):
            if sigma > 0:
                flow = cv2.GaussianBlur(flow, (0, 0), sigma)
            noise = rng.normal(0, deviation, (*grid, 2)).astype(np.float32)
            flows[i] = flow + cv2.resize(
                noise, (width, height), interpolation=cv2.INTER_CUBIC
            )
        results['flows'] = flows
        return results

    def _damp(
        self,
        rng: np.random.Generator,
        flows: np.ndarray,
        masks: np.ndarray,
    ) -> np.ndarray:
        """Let objects follow the background in some frames."""
        num_gaps = len(flows) // len(masks)
        for frame, objects in enumerate(masks):
            if not len(objects) or rng.random() >= self.damp_prob:
                continue
            chosen = objects[rng.integers(len(objects))]
            share = rng.uniform(0, _MAX_DAMPED)
            rows = slice(frame * num_gaps, (frame + 1) * num_gaps)
            background = _background(flows[rows], objects.any(axis=0))
            flows[rows] = np.where(
                chosen[:, :, None],
                background + share * (flows[rows] - background),
                flows[rows],
            )
        return flows


def _masks_by_frame(results: dict) -> np.ndarray:
    """Masks (T, O, H, W) that fit the flows."""
    if 'gt_masks' not in results:
        raise KeyError(
            "DegradeFlows needs 'gt_masks' to damp objects: set damp_prob=0"
        )
    masks: np.ndarray = results['gt_masks']
    masks = masks if masks.ndim == 4 else masks[None]
    size = results['flows'].shape[1:3]
    if masks.shape[-2:] != size or len(results['flows']) % len(masks):
        raise ValueError(
            f'expected gt_masks for {len(results["flows"])} flows of {size}, '
            f'got {masks.shape}: degrade flows before they are resized'
        )
    return masks


def _background(flows: np.ndarray, is_object: np.ndarray) -> np.ndarray:
    """Quadratic motion of what is no object, (N, H, W, 2)."""
    observed = torch.from_numpy(flows).permute(0, 3, 1, 2)
    weights = torch.from_numpy(~is_object
                               ).float().expand(len(flows), 1, -1, -1)
    params = fit_polynomial(observed, weights, 2)
    fitted = evaluate_polynomial(
        params[:, 0], flows.shape[1:3], observed.dtype
    )
    return fitted.permute(0, 2, 3, 1).numpy()
