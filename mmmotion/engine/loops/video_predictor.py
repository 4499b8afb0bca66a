"""How the loops by video get their predictions."""

from mmengine.runner import autocast

from mmmotion.models.segmentors import BaseSegmentor, FramePrediction


class VideoPredictor:
    """Predicts every video with one model.

    Args:
        model: The model, without a distributed wrapper.
        fp16: Whether to predict in mixed precision.
    """

    def __init__(self, model: BaseSegmentor, fp16: bool = False) -> None:
        self.model = model
        self.fp16 = fp16

    def predict(self, data_batch: dict) -> list[FramePrediction]:
        """Segment a batch, as far as one frame alone decides.

        Args:
            data_batch: What the data loader yields. If it begins with
                another video than the last one, that one is finished.
        """
        with autocast(enabled=self.fp16):
            data = self.model.data_preprocessor(data_batch, False)
            frames = self.model.predict_regions(**data)
        for frame in frames:
            self.model.start_frame(frame)
        return frames

    def finish_video(self, frames: list[FramePrediction]) -> None:
        """Complete the masks of a video, before they are resized.

        Args:
            frames: All frames of the video in temporal order.
        """
        self.model.finish_video(frames)
