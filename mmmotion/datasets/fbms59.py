"""FBMS-59, videos of which about every twentieth frame is annotated."""

from collections.abc import Collection, Sequence
from typing import Any

from mmmotion.flow.frames import Video
from mmmotion.registry import DATASETS

from .video_seg_dataset import VideoSegDataset

FBMS59_TEST_VIDEOS = (
    'camel01',
    'cars1',
    'cars10',
    'cars4',
    'cars5',
    'cats01',
    'cats03',
    'cats06',
    'dogs01',
    'dogs02',
    'farm01',
    'giraffes01',
    'goats01',
    'horses02',
    'horses04',
    'horses05',
    'lion01',
    'marple12',
    'marple2',
    'marple4',
    'marple6',
    'marple7',
    'marple9',
    'people03',
    'people1',
    'people2',
    'rabbits02',
    'rabbits03',
    'rabbits04',
    'tennis',
)
"""Names of the thirty test videos; the other 29 are for training."""

_SPLITS = ('train', 'test')


@DATASETS.register_module()
class FBMS59(VideoSegDataset):
    """FBMS-59 as ``tools/dataset_converters/fbms59.py`` prepares it.

    ::

        <data_root>/
            JPEGImages/<video>/00001.jpg
            Annotations/<video>/00001.png       of annotated frames only
            Flows/<flow_estimator>/gap+3/<video>/00001.npy
            Flows_gap3/<video>/00001.flo        with flow_layout='mg'

    The annotations hold 0 and 255; all objects are one foreground. Motion is
    slow, so the gaps are larger than elsewhere. ``require_mask=True`` lists
    annotated frames only, as an evaluation wants it.

    Source: Ochs, Malik and Brox, "Segmentation of Moving Objects by Long Term
    Video Analysis", PAMI 2014.

    Args:
        split: ``'train'``, ``'test'`` or None for all videos that are found.
            A test video that is not on disk is an error.
        gaps: See :class:`VideoSegDataset`; by default those of Motion
            Grouping.
        videos: Names of videos to keep of the split.
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`VideoSegDataset`.

    Raises:
        ValueError: If the split is unknown.
    """

    def __init__(
        self,
        split: str | None = None,
        gaps: Sequence[int] = (3, 6, -3, -6),
        videos: Sequence[str] | None = None,
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of VideoSegDataset
    ) -> None:
        if split is not None and split not in _SPLITS:
            raise ValueError(
                f'expected split to be one of {_SPLITS} or None, got '
                f'{split!r}'
            )
        self.split = split
        if split == 'test' and videos is None:
            videos = FBMS59_TEST_VIDEOS
        prefix = dict(mask='Annotations') | (data_prefix or {})
        super().__init__(
            gaps=gaps, videos=videos, data_prefix=prefix, **kwargs
        )

    def _find_videos(self) -> list[tuple[Video, Collection[str] | None]]:
        found = super()._find_videos()
        if self.split is None:
            return found
        return [
            entry for entry in found
            if (entry[0].video_id in FBMS59_TEST_VIDEOS
                ) == (self.split == 'test')
        ]
