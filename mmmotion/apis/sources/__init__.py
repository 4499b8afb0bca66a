"""Frames of a video, wherever they come from."""

from .array_frames import ArrayFrames
from .errors import InputError
from .frame_source import FrameSource
from .image_files import ImageFiles
from .open_source import open_source
from .rgb import to_rgb
from .video_file import VideoFile

__all__ = [
    'ArrayFrames',
    'FrameSource',
    'ImageFiles',
    'InputError',
    'VideoFile',
    'open_source',
    'to_rgb',
]
