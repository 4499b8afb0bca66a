"""Optical flow learned from pairs of frames alone."""

from collections.abc import Sequence

from torch import Tensor

from mmmotion.flow.networks import FlowPyramids
from mmmotion.flow.padding import pad_border, round_up
from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

from ..three_mode_model import ThreeModeModel


@MODELS.register_module()
class UnsupervisedFlow(ThreeModeModel):
    """Train a network so that its flow makes one frame look like the other.

    No true flow and no annotation is read. The checkpoint serves
    ``tools/extract_flow.py --estimator pwclite``.

    Source: the training of Liu et al., "Learning by Analogy: Reliable
    Supervision from Transformations for Unsupervised Optical Flow
    Estimation", CVPR 2020 (ARFlow), before its augmented stage.

    Sides that the network cannot halve often enough are padded on the right
    and at the bottom by repeating the border. The losses see the frames
    without the padding, and without the last rows and columns that do not
    fill a pixel of the coarsest flow.

    Args:
        network: Config of a network for two frames, ``PWCLite``.
        loss_photometric: Config of the loss between the frames and what the
            flows make of them, ``PhotometricLoss``.
        loss_smooth: Config of the loss on the finest flows, averaged over
            both directions; None leaves it out.
        data_preprocessor: Config of the data preprocessor, by default
            ``MotionDataPreprocessor``.
        init_cfg: Weight initialisation, see mmengine's ``BaseModule``.

    Raises:
        ValueError: If the network takes another number of frames.
    """

    def __init__(
        self,
        network: dict,
        loss_photometric: dict,
        loss_smooth: dict | None = None,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor, init_cfg)
        self.network = MODELS.build(network)
        if self.network.num_frames != 2:
            raise ValueError(
                'UnsupervisedFlow trains a network for pairs, got '
                f'{type(self.network).__name__} with num_frames='
                f'{self.network.num_frames}'
            )
        self.loss_photometric = MODELS.build(loss_photometric)
        self.loss_smooth = None
        if loss_smooth is not None:
            self.loss_smooth = MODELS.build(loss_smooth)

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Compare both frames with the other one, moved along the flow.

        Args:
            inputs: ``frames`` (B, 2, 3, H, W), normalised.
            data_samples: Not read; no label enters.

        Raises:
            ValueError: If there are other than two frames, or they are
                smaller than a pixel of the coarsest flow, or too small for a
                loss: SSIM takes 3 x 3 pixels of the coarsest flow that has a
                weight.
        """
        images = self._read_pair(inputs)
        flows = self.network(self._pad(images))
        first, second, forward, backward = _crop(images, flows)
        losses = dict(
            loss_photometric=self.
            loss_photometric(first, second, forward, backward)
        )
        if self.loss_smooth is not None:
            both = self.loss_smooth(forward[0], first
                                    ) + self.loss_smooth(backward[0], second)
            losses['loss_smooth'] = both / 2
        return losses

    def _forward(self, inputs: dict[str, Tensor]) -> Tensor:
        return self.estimate(inputs)

    def estimate(self, inputs: dict[str, Tensor]) -> Tensor:
        """Compute the flow from the first frame to the second.

        Args:
            inputs: ``frames`` (B, 2, 3, H, W), normalised.

        Returns:
            (B, 2, H, W) float32 flow in pixels of the frames.

        Raises:
            ValueError: If there are other than two frames.
        """
        images = self._read_pair(inputs)
        flows = self.network(self._pad(images), with_backward=False)
        height, width = images.shape[-2:]
        return flows.forward[0].float()[..., :height, :width]

    def predict(
        self,
        inputs: dict[str, Tensor],
        data_samples: list[MotionDataSample] | None = None,
    ) -> list[MotionDataSample]:
        """Fill the samples with the flow from the first frame.

        Args:
            inputs: ``frames`` (B, 2, 3, H, W), normalised.
            data_samples: One sample per pair; made here if absent.

        Returns:
            The samples with ``pred_flow``.
        """
        flows = self.estimate(inputs)
        if data_samples is None:
            data_samples = [MotionDataSample() for _ in flows]
        for sample, flow in zip(data_samples, flows, strict=True):
            sample.pred_flow = flow
        return data_samples

    def _read_pair(self, inputs: dict[str, Tensor]) -> Tensor:
        """Frames in [0, 1], as networks for flow expect them."""
        found = inputs['frames'].shape[1] if 'frames' in inputs else 0
        if found != 2:
            raise ValueError(
                'UnsupervisedFlow needs pairs of frames, but the pipeline '
                f'loads {found} per sample: give LoadFrames one gap, or '
                'gaps=None for the one of the sampler (RenderScene: '
                'frame_gaps)'
            )
        return self.data_preprocessor.denormalize(inputs['frames']) / 255

    def _pad(self, images: Tensor) -> Tensor:
        height, width = (
            round_up(side, self.network.divisor) for side in images.shape[-2:]
        )
        padded = pad_border(images.flatten(0, 1), (height, width))
        return padded.unflatten(0, images.shape[:2])


def _crop(
    images: Tensor, flows: FlowPyramids
) -> tuple[Tensor, Tensor, list[Tensor], list[Tensor]]:
    """Cut frames and flows of padded frames to whole pixels of all levels.

    Args:
        images: (B, 2, 3, H, W) frames without padding.
        flows: Flows of the padded frames.

    Returns:
        Both frames and the flows of both directions.
    """
    full, coarsest = flows.forward[0], flows.forward[-1]
    unit = full.shape[-1] // coarsest.shape[-1]
    height, width = (side - side % unit for side in images.shape[-2:])
    if not height or not width:
        raise ValueError(
            f'expected frames of at least {unit} x {unit} pixels, got '
            f'{images.shape[-2]} x {images.shape[-1]}'
        )

    def cut(levels: Sequence[Tensor]) -> list[Tensor]:
        """Take the padding from (B, 2, h, w) flows, level by level."""
        scales = [full.shape[-1] // flow.shape[-1] for flow in levels]
        return [
            flow.float()[..., :height // scale, :width // scale]
            for flow, scale in zip(levels, scales, strict=True)
        ]

    first, second = images[..., :height, :width].unbind(dim=1)
    return first, second, cut(flows.forward), cut(flows.backward)
