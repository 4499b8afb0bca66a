"""One channel is the object, the same one in all videos."""

import torch
from torch import Tensor, nn

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from .foreground import compose_foreground
from .postprocessor import Postprocessor

MAX_CHANNELS = 64
_UNSET = -1


@POSTPROCESSORS.register_module()
class ObjectChannel(nn.Module, Postprocessor):
    """Take one of the K groups for the object, all others for background.

    It suits networks whose channels keep their meaning from video to video.
    Which channel it is belongs to the weights: ``ObjectChannelHook`` finds it
    without labels and checkpoints hold it. Weights of others do not; then the
    hook, or ``channel``, has to tell.

    Source: Liu, Wu, Yu, Lin, "The Emergence of Objectness: Learning Zero-Shot
    Segmentation from Videos", NeurIPS 2021.

    Args:
        channel: Index of the channel; None reads it from the checkpoint.
        decide: The object is where its mask is above 0.5
            (``'probability'``, the release), or above that of each other
            channel (``'argmax'``, the evaluation of RCF). The latter changes
            the soft masks.

    Attributes:
        chosen: Buffer, int64 index of the channel that the checkpoint names;
            -1 if none.
        scores: Buffer, (64,) float32 scores of the channels in that choice,
            NaN where there is no channel. Its length is the same for all
            models, so that any checkpoint fits.

    Raises:
        ValueError: If an argument is out of its range.
    """

    chosen: Tensor
    scores: Tensor

    def __init__(
        self, channel: int | None = None, decide: str = 'probability'
    ) -> None:
        super().__init__()
        if channel is not None and not 0 <= channel < MAX_CHANNELS:
            raise ValueError(
                f'channel must be None or from 0 to {MAX_CHANNELS - 1}, got '
                f'{channel}'
            )
        if decide not in ('probability', 'argmax'):
            raise ValueError(
                f"decide must be 'probability' or 'argmax', got {decide!r}"
            )
        self.channel = channel
        self.decide = decide
        self.register_buffer('chosen', torch.tensor(_UNSET))
        self.register_buffer(
            'scores',
            torch.full((MAX_CHANNELS, ), torch.nan, dtype=torch.float32),
        )

    @property
    def current(self) -> int | None:
        """The channel of the config, else of the checkpoint, else None."""
        if self.channel is not None:
            return self.channel
        chosen = int(self.chosen)
        return None if chosen == _UNSET else chosen

    def choose(self, scores: Tensor) -> None:
        """Remember the channel with the largest score.

        Args:
            scores: (K,) score of each channel; NaN never wins.

        Raises:
            ValueError: If there are too many channels, or none has a score.
        """
        if len(scores) > MAX_CHANNELS or scores.isnan().all():
            raise ValueError(
                f'expected scores of 1 to {MAX_CHANNELS} channels, got '
                f'{scores.tolist()}'
            )
        # In place, for wrappers of the model keep references to buffers.
        self.reset()
        self.scores[:len(scores)] = scores.to(self.scores)
        self.chosen.fill_(int(scores.nan_to_num(nan=-torch.inf).argmax()))

    def reset(self) -> None:
        """Forget the choice, because the weights have changed."""
        self.chosen.fill_(_UNSET)
        self.scores.fill_(torch.nan)

    def forward(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Part one frame into background and object.

        Raises:
            ValueError: If the channel is not known, there is none such, or
                none that it could be compared with.
        """
        channel = self.current
        if channel is None:
            raise ValueError(
                'the weights do not tell which channel is the object: add '
                "custom_hooks=[dict(type='ObjectChannelHook')] to find it "
                'without labels, or fix it with ObjectChannel(channel=...)'
            )
        if channel >= len(masks):
            raise ValueError(
                f'ObjectChannel takes channel {channel}, but the model has '
                f'{len(masks)}, counted from 0'
            )
        if self.decide == 'argmax':
            if len(masks) == 1:
                raise ValueError(
                    "ObjectChannel(decide='argmax') compares channels, but "
                    "the model has only one: use decide='probability'"
                )
            is_other = torch.arange(len(masks), device=masks.device) != channel
            other = masks[is_other].amax(dim=0)
            masks = torch.stack([other, masks[channel]])
            return masks / masks.sum(dim=0)
        is_object = torch.zeros(
            len(masks), dtype=torch.bool, device=masks.device
        )
        is_object[channel] = True
        return compose_foreground(masks, is_object)


def find_object_channel(model: nn.Module, who: str) -> ObjectChannel:
    """Return the step of a segmentor that tells which channel is the object.

    Args:
        model: The segmentor.
        who: What needs it, for the message.

    Raises:
        ValueError: If there is none.
    """
    for step in getattr(model, 'postprocess', ()):
        if isinstance(step, ObjectChannel):
            return step
    raise ValueError(
        f"{who} needs the step dict(type='ObjectChannel') in "
        f'model.postprocess of {type(model).__name__}; without that step '
        'leave it out'
    )
