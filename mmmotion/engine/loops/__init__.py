"""Training, validation and test loops."""

from .adapt_loop import AdaptLoop
from .iter_train_loop import IterTrainLoop
from .video_loops import VideoTestLoop, VideoValLoop

__all__ = ['AdaptLoop', 'IterTrainLoop', 'VideoTestLoop', 'VideoValLoop']
