"""Adaptation of a model to single videos, and what it has predicted."""

from .fingerprint import (
    describe_changes,
    describe_settings,
    find_checkpoints,
    hash_checkpoints,
    hash_files,
)
from .prediction_store import PredictionStore, StoredVideo
from .training_videos import TrainingVideos
from .video_adapter import VideoAdapter

__all__ = [
    'PredictionStore',
    'StoredVideo',
    'TrainingVideos',
    'VideoAdapter',
    'describe_changes',
    'describe_settings',
    'find_checkpoints',
    'hash_checkpoints',
    'hash_files',
]
