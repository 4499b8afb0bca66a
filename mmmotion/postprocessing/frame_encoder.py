"""A frozen encoder beside the network."""

import logging

import torch
from mmengine.logging import print_log
from torch import Tensor

from mmmotion.registry import MODELS


class FrameEncoder:
    """Describe the pixels of a frame by one map of an encoder.

    The encoder is no part of the segmentor: it is not trained, no checkpoint
    of the segmentor holds it, and it follows the frames to their device.

    Args:
        encoder: Config of the encoder. Its ``init_cfg`` names the weights;
            without one they are random, which is logged.
        in_index: Position of the map in the encoder's output, finest first;
            negative ones count from the end.
        data_preprocessor: Settings of ``MotionDataPreprocessor``, whose
            ``mean`` and ``std`` normalise the frames.
    """

    def __init__(
        self,
        encoder: dict,
        in_index: int = -1,
        data_preprocessor: dict | None = None,
    ) -> None:
        self.encoder = MODELS.build(encoder)
        self._has_config_weights = encoder.get('init_cfg') is not None
        self._is_ready = False
        self.encoder.eval().requires_grad_(False)
        self.in_index = in_index
        self.normalizer = MODELS.build({
            'type': 'mmmotion.MotionDataPreprocessor',
            **(data_preprocessor or {}),
        })

    def init_weights(self) -> None:
        """Load the weights, unless it has been done.

        A training does so before it starts, a test for the first frame.
        """
        if self._is_ready:
            return
        if self._has_config_weights:
            self.encoder.init_weights()
        else:
            print_log(
                f'the features of {type(self.encoder).__name__} are those of '
                'random weights: its config names none (init_cfg)',
                logger='current',
                level=logging.WARNING,
            )
        self._is_ready = True

    def prepare(self, frame: Tensor) -> Tensor:
        """Load the weights, follow a frame to its device and normalise it.

        Args:
            frame: (3, H, W) RGB in 0..255.

        Returns:
            (1, 3, H, W), which the encoder sees.
        """
        self.init_weights()
        self.normalizer.to(frame.device)
        self.encoder.to(frame.device)
        return self.normalizer.normalize(frame[None])

    @torch.no_grad()
    def __call__(self, frame: Tensor) -> Tensor:
        """Compute the map of one frame.

        Args:
            frame: (3, H, W) RGB in 0..255.

        Returns:
            (C, h, w) features.

        Raises:
            ValueError: If the encoder returns no such map.
        """
        maps = self.encoder(self.prepare(frame))
        if not -len(maps) <= self.in_index < len(maps):
            raise ValueError(
                f'{type(self.encoder).__name__} returns {len(maps)} maps, '
                f'got in_index={self.in_index}'
            )
        return maps[self.in_index][0].float()
