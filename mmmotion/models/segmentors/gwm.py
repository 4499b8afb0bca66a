"""Guess What Moves."""

from collections.abc import Sequence

from torch import Tensor

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

from ..layers import fit_size, pad_to_multiple, resize_maps
from .base import BaseSegmentor, build_optional, require_input
from .object_supervision import supervise_object


@MODELS.register_module()
class GWM(BaseSegmentor):
    """Segment single frames so that simple motions explain their flow.

    A network sees one RGB frame. In training, a motion model is fitted to
    the observed flow inside each of its soft regions, and the error of the
    flow that the fits make together is the only objective. No flow is needed
    at test time.

    Source: Choudhury, Karazija, Laina, Vedaldi, Rupprecht, "Guess What
    Moves: Unsupervised Video and Image Segmentation by Anticipating Motion",
    BMVC 2022, Sections 3.1 and 3.2.

    Args:
        encoder: Config of the encoder, RGB to features.
        head: Config of the head, features to K logits.
        motion_model: Config of the motion model that explains the flow.
        loss_recon: Config of the loss on the explained flow.
        loss_appearance: Config of the loss towards pseudo masks, if the
            pipeline loads them (``PseudoLabelHook``).
        resize: What is brought to the size of the flow: the ``'masks'`` (the
            released code) or the ``'logits'`` (the paper).
        size_divisor: Zeros on the right and at the bottom bring the sides of
            the frames to multiples of it before they enter the encoder.
        fit: What the logits are fitted to, see ``fit_size``: the
            ``'padded'`` frame, whose padding is cut off afterwards, or, as in
            the released code, at once the ``'frame'``, which moves the masks
            of padded frames by half of the padding.
        postprocess: See ``BaseSegmentor``.
        data_preprocessor: See ``BaseSegmentor``.
        init_cfg: See ``BaseSegmentor``.

    Raises:
        ValueError: If ``resize`` or ``fit`` is another word, or the divisor
            is below 1.
    """

    trains_without_labels = True

    def __init__(
        self,
        encoder: dict,
        head: dict,
        motion_model: dict,
        loss_recon: dict,
        loss_appearance: dict | None = None,
        resize: str = 'masks',
        size_divisor: int = 1,
        fit: str = 'padded',
        postprocess: Sequence[dict] = (),
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(postprocess, data_preprocessor, init_cfg)
        if resize not in ('masks', 'logits'):
            raise ValueError(
                f"resize must be 'masks' or 'logits', got {resize!r}"
            )
        if fit not in ('padded', 'frame'):
            raise ValueError(f"fit must be 'padded' or 'frame', got {fit!r}")
        if size_divisor < 1:
            raise ValueError(
                f'size_divisor must be at least 1, got {size_divisor}'
            )
        self.encoder = MODELS.build(encoder)
        self.head = MODELS.build(head)
        self.motion_model = MODELS.build(motion_model)
        self.loss_recon = MODELS.build(loss_recon)
        self.loss_appearance = build_optional(loss_appearance)
        self.resize = resize
        self.size_divisor = size_divisor
        self.fit = fit

    def segment(self, inputs: dict[str, Tensor]) -> Tensor:
        """Score every pixel of the first frame of each sample.

        Args:
            inputs: ``frames`` (B, T, 3, H, W), normalised.

        Returns:
            (B, K, H, W) logits.
        """
        frames = require_input(inputs, 'frames', 'GWM')[:, 0]
        padded = pad_to_multiple(frames, self.size_divisor)
        logits = self.head(self.encoder(padded))
        height, width = frames.shape[-2:]
        if self.fit == 'frame':
            return fit_size(logits, (height, width))
        return fit_size(logits, padded.shape[-2:])[..., :height, :width]

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[MotionDataSample]
    ) -> dict[str, Tensor]:
        """Eq. 2-4: error of the flow that the regions' motions explain.

        Args:
            inputs: ``frames`` (B, T, 3, H, W), normalised, and ``flows``
                (B, N, 2, h, w) in pixels at their own size; several flows
                per frame are averaged.
            data_samples: Not read; no label enters.
        """
        flows = require_input(inputs, 'flows', 'the loss of GWM')
        num_flows, size = flows.shape[1], flows.shape[-2:]
        logits = self.segment(inputs).float()
        if self.resize == 'logits':
            masks = resize_maps(logits, size).softmax(dim=1)
        else:
            masks = resize_maps(logits.softmax(dim=1), size)
        losses = supervise_object(self, masks[:, None], inputs)
        masks = masks.repeat_interleave(num_flows, dim=0)
        flow = flows.flatten(0, 1)
        fit = self.motion_model(masks, flow)
        losses['loss_recon'] = self.loss_recon(fit, flow, masks)
        return losses
