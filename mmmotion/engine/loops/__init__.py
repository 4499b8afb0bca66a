"""Training, validation and test loops."""

from .iter_train_loop import IterTrainLoop
from .video_loops import VideoTestLoop, VideoValLoop

__all__ = ['IterTrainLoop', 'VideoTestLoop', 'VideoValLoop']
