"""What every post-processing step is."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from torch import Tensor

from mmmotion.structures import MotionDataSample


class Postprocessor(ABC):
    """A step from masks to better masks.

    Most steps look at one frame and implement :meth:`__call__` alone. A step
    that needs the whole video overrides :meth:`process_video` as well.

    Attributes:
        feature_index: Position of the map of the segmentor's encoder that the
            step reads from its inputs, under :attr:`feature_key`; None if it
            reads none.
        losses: Loss of each iteration on the last video, of a step that
            trains on it.
    """

    feature_index: int | None = None
    losses: Sequence[float] = ()

    @property
    def feature_key(self) -> str:
        """Name of the wanted map among the inputs."""
        return f'features_{self.feature_index}'

    @property
    def sees_one_frame(self) -> bool:
        """Whether the other frames of a video make no difference."""
        return type(self).process_video is Postprocessor.process_video

    def init_weights(self) -> None:  # noqa: B027, steps may need nothing
        """Load what the step needs, before a training starts; nothing here."""

    @abstractmethod
    def __call__(
        self,
        masks: Tensor,
        inputs: dict[str, Tensor],
        data_sample: MotionDataSample,
    ) -> Tensor:
        """Process one frame.

        Args:
            masks: (K, h, w) soft masks in [0, 1] that add up to 1.
            inputs: ``frames`` (T, 3, H, W) RGB in 0..255 and ``flows``
                (N, 2, h', w') in pixels of that size, if the pipeline loads
                them, and the (C, h'', w'') map that the step asks for.
            data_sample: Metadata of the frame. Its ground truth is not read.

        Returns:
            Soft masks (K', h, w) in [0, 1] that add up to 1, at any size;
            at the end of the chain they are resized to the original frame.
        """

    def process_video(
        self,
        masks: list[Tensor],
        inputs: list[dict[str, Tensor]],
        data_samples: list[MotionDataSample],
    ) -> list[Tensor]:
        """Process all frames of a video, each on its own by default."""
        return [
            self(*frame)
            for frame in zip(masks, inputs, data_samples, strict=True)
        ]
