"""Base of the steps that compare pixels by features."""

from collections.abc import Sequence

from .frame_features import FrameFeatures
from .postprocessor import Postprocessor


class FeaturePostprocessor(Postprocessor):
    """A step that describes the pixels of a frame, see ``FrameFeatures``.

    Args:
        features: What describes them.
        in_index: Position of the map among those of an encoder.
        data_preprocessor: Normalisation for an encoder of one's own.
        frame_size: (H, W) of the frames that such an encoder sees.
    """

    def __init__(
        self,
        features: str | dict = 'color',
        in_index: int = -1,
        data_preprocessor: dict | None = None,
        frame_size: Sequence[int] | None = None,
    ) -> None:
        self.features = FrameFeatures(
            features, in_index, data_preprocessor, frame_size
        )
        self.feature_index = self.features.feature_index

    def init_weights(self) -> None:
        """Load the weights of the encoder, if it is one of its own."""
        self.features.init_weights()
