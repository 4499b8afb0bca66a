"""What every method shares: the way to final masks."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from mmmotion.postprocessing import Postprocessor
from mmmotion.registry import MODELS, POSTPROCESSORS
from mmmotion.structures import MotionDataSample

from ..three_mode_model import ThreeModeModel
from .encoder_maps import watch_encoder
from .frame_prediction import FramePrediction, resize_masks


class BaseSegmentor(ThreeModeModel):
    """Base of all methods.

    A method implements :meth:`segment` and :meth:`loss`.

    Args:
        postprocess: Configs of the steps that turn the K soft regions of
            :meth:`segment` into background and objects, applied in order.
            Without any the first region is the background. What steps
            have to remember is in the state dict under
            ``postprocess_state``.
        data_preprocessor: Config of the data preprocessor, by default
            ``MotionDataPreprocessor``.
        init_cfg: Weight initialisation, see mmengine's ``BaseModule``.

    Raises:
        ValueError: If a step that has to remember something comes twice.

    Attributes:
        trains_without_labels: Whether :meth:`loss` reads no annotation, so
            that the method can be adapted to any video.
        training_keys: Arguments that only :meth:`loss` reads, besides those
            that begin with ``loss_``.
        aligns_corners: Whether final masks are enlarged with the centres of
            the corner pixels on each other.
        kept_maps: Positions of the maps of the encoder that predictions leave
            in the data samples, for metrics, as ``features_<position>``.
    """

    trains_without_labels: bool = False
    training_keys: ClassVar[tuple[str, ...]] = ('motion_model', )
    aligns_corners: ClassVar[bool] = False

    def __init__(
        self,
        postprocess: Sequence[dict] = (),
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(data_preprocessor, init_cfg)
        self.postprocess = [POSTPROCESSORS.build(cfg) for cfg in postprocess]
        self.postprocess_state = _find_state(self.postprocess)
        self.kept_maps: tuple[int, ...] = ()

    def init_weights(self) -> None:
        """Initialise the network and the steps of post-processing."""
        super().init_weights()
        for step in self.postprocess:
            step.init_weights()

    @abstractmethod
    def segment(self, inputs: dict[str, Tensor]) -> Tensor:
        """Score every pixel for every group.

        Args:
            inputs: A batch as ``MotionDataPreprocessor`` makes it.

        Returns:
            (B, K, H, W) logits.
        """

    def _forward(self, inputs: dict[str, Tensor]) -> Tensor:
        return self.segment(inputs)

    def predict(
        self,
        inputs: dict[str, Tensor],
        data_samples: list[MotionDataSample] | None = None,
    ) -> list[MotionDataSample]:
        """Segment every frame as a video of its own.

        The loops of ``mmmotion.engine`` call :meth:`predict_regions`,
        :meth:`start_frame`, :meth:`finish_video` and :meth:`finish_frame`
        instead, so that post-processing sees whole videos.

        Returns:
            The samples with ``pred_regions``, ``pred_masks`` and
            ``pred_seg``.
        """
        frames = self.predict_regions(inputs, data_samples)
        for frame in frames:
            self.finish_video([frame])
            self.finish_frame(frame)
        return [frame.data_sample for frame in frames]

    def predict_regions(
        self,
        inputs: dict[str, Tensor],
        data_samples: list[MotionDataSample] | None = None,
    ) -> list[FramePrediction]:
        """Segment a batch into soft regions, before any post-processing."""
        asked = {
            step.feature_key: step.feature_index
            for step in self.postprocess if step.feature_index is not None
        }
        kept = {f'features_{index}': index for index in self.kept_maps}
        asked |= kept
        with watch_encoder(self, asked.values(), inputs) as maps:
            regions = self.score_frames(inputs)
        if data_samples is None:
            data_samples = [MotionDataSample() for _ in regions]
        inputs = dict(inputs)
        if 'frames' in inputs:
            inputs['frames'] = self.data_preprocessor.denormalize(
                inputs['frames']
            )
        for key, index in asked.items():
            # An encoder of flows may see several of each frame.
            views = maps[index].unflatten(0, (len(regions), -1))
            inputs[key] = views[:, 0]
        frames = []
        for i, sample in enumerate(data_samples):
            sample.pred_regions = regions[i]
            given = {key: value[i] for key, value in inputs.items()}
            for key in kept:
                sample.set_field(given[key].clone(), key)
            frames.append(FramePrediction(regions[i], given, sample))
        return frames

    def score_frames(self, inputs: dict[str, Tensor]) -> Tensor:
        """Compute the soft regions (B, K, h, w) of a batch.

        A method that needs the whole video returns none (K is 0) and computes
        them in :meth:`finish_video`.
        """
        return self.segment(inputs).float().softmax(dim=1)

    def start_frame(self, frame: FramePrediction) -> None:
        """Run the leading steps that look at one frame alone.

        A loop that collects videos may call it early, so that what only these
        steps read does not wait for the end of the video.
        """
        for step in self.postprocess[frame.num_steps:]:
            if not step.sees_one_frame:
                break
            frame.masks = step(frame.masks, frame.inputs, frame.data_sample)
            frame.num_steps += 1
        wanted = {
            step.feature_key
            for step in self.postprocess[frame.num_steps:]
        }
        for step in self.postprocess[:frame.num_steps]:
            if step.feature_key not in wanted:
                frame.inputs.pop(step.feature_key, None)

    def finish_video(self, frames: list[FramePrediction]) -> None:
        """Post-process the frames of one video, before they are resized.

        Args:
            frames: All frames of a video in temporal order.
        """
        for frame in frames:
            self.start_frame(frame)
        masks = [frame.masks for frame in frames]
        inputs = [frame.inputs for frame in frames]
        samples = [frame.data_sample for frame in frames]
        for step in self.postprocess[frames[0].num_steps:]:
            masks = step.process_video(masks, inputs, samples)
        for frame, mask in zip(frames, masks, strict=True):
            frame.masks = mask
            frame.num_steps = len(self.postprocess)

    def finish_frame(self, frame: FramePrediction) -> None:
        """Fill the sample with masks at the size of the original frame."""
        sample = frame.data_sample
        size = sample.get('ori_shape', tuple(frame.masks.shape[-2:]))
        sample.pred_masks = resize_masks(
            frame.masks, size, self.aligns_corners
        )
        sample.set_metainfo(dict(aligns_corners=self.aligns_corners))
        sample.pred_seg = sample.pred_masks.argmax(dim=0).to(torch.uint8)


def build_optional(cfg: dict | None) -> nn.Module | None:
    """Build a part that a method may do without; None without a config."""
    return None if cfg is None else MODELS.build(cfg)


def require_input(inputs: dict[str, Tensor], key: str, who: str) -> Tensor:
    """Return an input, or say which transform would load it.

    Args:
        inputs: A batch as ``MotionDataPreprocessor`` makes it.
        key: ``'frames'`` or ``'flows'``.
        who: Name of the class that needs it.

    Raises:
        ValueError: If the pipeline does not load it.
    """
    if key not in inputs:
        loader = dict(frames='LoadFrames', flows='LoadFlows')[key]
        raise ValueError(
            f'{who} needs {key}, but the pipeline loads none: add {loader} '
            '(or RenderScene with gaps) to it'
        )
    return inputs[key]


def _find_state(steps: Sequence[Postprocessor]) -> nn.ModuleDict:
    """The steps that remember something, by name.

    Not by position, which another step in the chain would change.
    """
    state = nn.ModuleDict()
    for step in steps:
        name = type(step).__name__
        if name in state:
            raise ValueError(f'postprocess holds {name} more than once')
        if isinstance(step, nn.Module):
            state[name] = step
    return state
