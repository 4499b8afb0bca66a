"""A local page: drop a video, look at its moving objects, take them home."""

from .page import serve
from .settings import PageSettings
from .upload import Stopped, UploadOutcome, segment_upload
from .visits import Visit, Visits

__all__ = [
    'PageSettings',
    'Stopped',
    'UploadOutcome',
    'Visit',
    'Visits',
    'segment_upload',
    'serve',
]
