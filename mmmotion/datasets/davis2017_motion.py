"""DAVIS2017-motion, in which objects that move as one are one."""

from collections.abc import Collection
from typing import Any

from mmmotion.flow.frames import Video
from mmmotion.registry import DATASETS

from .video_seg_dataset import VideoSegDataset

_SPLITS = ('train', 'val')

LEFT_OUT_VIDEOS = frozenset((
    'color-run',
    'dog-gooses',
    'dogs-scale',
    'drone',
    'lindy-hop',
    'planes-water',
    'schoolgirls',
    'sheep',
    'train',
    'tuk-tuk',
    'upside-down',
))
"""Training videos of DAVIS 2017 that are none of DAVIS2017-motion."""


@DATASETS.register_module()
class DAVIS2017Motion(VideoSegDataset):
    """DAVIS2017-motion as ``tools/dataset_converters`` makes it of DAVIS 2017.

    ::

        <data_root>/
            JPEGImages/480p/<video>/00000.jpg
            Annotations_motion/480p/<video>/00000.png
            ImageSets/2017/{train,val}.txt
            Flows/<flow_estimator>/gap+1/<video>/00000.npy

    The 30 validation videos are those of DAVIS 2017 and have 44 objects. Of
    the 60 training videos 49 belong to the set; how their objects are grouped
    is not public, so the converter makes no annotations of them (use
    ``data_prefix=dict(mask=None)``). ``LoadMasks(binarize='objects')`` reads
    the annotations.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, Sec. 5.1.

    Args:
        split: ``'train'``, ``'val'`` or None for all videos that are found,
            except those that do not belong to the set.
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`VideoSegDataset`.

    Raises:
        ValueError: If the split is unknown.
    """

    def __init__(
        self,
        split: str | None = None,
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of VideoSegDataset
    ) -> None:
        if split is not None and split not in _SPLITS:
            raise ValueError(
                f'expected split to be one of {_SPLITS} or None, got '
                f'{split!r}'
            )
        prefix = dict(img='JPEGImages/480p', mask='Annotations_motion/480p')
        if split is not None:
            kwargs.setdefault('ann_file', f'ImageSets/2017/{split}.txt')
        super().__init__(data_prefix=prefix | (data_prefix or {}), **kwargs)

    def _find_videos(self) -> list[tuple[Video, Collection[str] | None]]:
        """Videos of the split that belong to the set."""
        return [(video, listed) for video, listed in super()._find_videos()
                if video.video_id not in LEFT_OUT_VIDEOS]
