"""DAVIS 2016, the benchmark with one foreground mask a frame."""

from typing import Any

from mmmotion.registry import DATASETS

from .video_seg_dataset import VideoSegDataset

_RESOLUTIONS = ('480p', '1080p')
_SPLITS = ('train', 'val', 'trainval')


@DATASETS.register_module()
class DAVIS2016(VideoSegDataset):
    """DAVIS 2016 in the layout in which it is distributed.

    ::

        <data_root>/
            JPEGImages/{480p,1080p}/<video>/00000.jpg
            Annotations/{480p,1080p}/<video>/00000.png
            ImageSets/{480p,1080p}/{train,val,trainval}.txt
            Flows/<flow_estimator>/gap+1/<video>/00000.npy

    The annotations hold 0 and 255. There are 30 training and 20 validation
    videos; a method that learns without annotations may train on all.

    Source: Perazzi et al., "A Benchmark Dataset and Evaluation Methodology
    for Video Object Segmentation", CVPR 2016.

    Args:
        resolution: ``'480p'`` or ``'1080p'``, for images and annotations.
        split: ``'train'``, ``'val'``, ``'trainval'`` or None for all videos
            that are found.
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`VideoSegDataset`.

    Raises:
        ValueError: If the resolution or the split is unknown.
    """

    def __init__(
        self,
        resolution: str = '480p',
        split: str | None = None,
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of VideoSegDataset
    ) -> None:
        if resolution not in _RESOLUTIONS:
            raise ValueError(
                f'expected resolution to be one of {_RESOLUTIONS}, got '
                f'{resolution!r}'
            )
        if split is not None and split not in _SPLITS:
            raise ValueError(
                f'expected split to be one of {_SPLITS} or None, got '
                f'{split!r}'
            )
        prefix = dict(
            img=f'JPEGImages/{resolution}', mask=f'Annotations/{resolution}'
        )
        prefix.update(data_prefix or {})
        if split is not None:
            kwargs.setdefault(
                'ann_file', f'ImageSets/{resolution}/{split}.txt'
            )
        super().__init__(data_prefix=prefix, **kwargs)
