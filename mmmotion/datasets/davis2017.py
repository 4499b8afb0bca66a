"""DAVIS 2017, videos with several objects."""

from typing import Any

from mmmotion.registry import DATASETS

from .video_seg_dataset import VideoSegDataset

_RESOLUTIONS = ('480p', 'Full-Resolution')
_SPLITS = ('train', 'val', 'test-dev', 'test-challenge')
_ANNOTATIONS = {
    'unsupervised': 'Annotations_unsupervised',
    'semi-supervised': 'Annotations',
}


@DATASETS.register_module()
class DAVIS2017(VideoSegDataset):
    """DAVIS 2017 in the layout in which it is distributed.

    ::

        <data_root>/
            JPEGImages/{480p,Full-Resolution}/<video>/00000.jpg
            Annotations_unsupervised/{480p,...}/<video>/00000.png
            Annotations/{480p,...}/<video>/00000.png
            ImageSets/2017/{train,val}.txt
            Flows/<flow_estimator>/gap+1/<video>/00000.npy

    The annotations hold one label for each object from 1 on, and 255 where
    none counts; ``LoadMasks(binarize='objects')`` reads them. There are 60
    training and 30 validation videos. The masks of DAVIS 2016, whose object
    is 255, lie in a folder of the same name: keep the two apart.

    Source: Pont-Tuset et al., "The 2017 DAVIS Challenge on Video Object
    Segmentation", 2017; Caelles et al., "The 2019 DAVIS Challenge on VOS:
    Unsupervised Multi-Object Segmentation", 2019.

    Args:
        annotations: ``'unsupervised'`` (66 objects in the validation videos)
            or ``'semi-supervised'`` (61).
        resolution: ``'480p'`` or ``'Full-Resolution'``, for images and
            annotations.
        split: ``'train'``, ``'val'``, ``'test-dev'``, ``'test-challenge'`` or
            None for all videos that are found.
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`VideoSegDataset`.

    Raises:
        ValueError: If one of the first three is unknown.
    """

    def __init__(
        self,
        annotations: str = 'unsupervised',
        resolution: str = '480p',
        split: str | None = None,
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of VideoSegDataset
    ) -> None:
        for key, value, known in (
            ('annotations', annotations, tuple(_ANNOTATIONS)),
            ('resolution', resolution, _RESOLUTIONS),
            ('split', split, (*_SPLITS, None)),
        ):
            if value not in known:
                raise ValueError(
                    f'expected {key} to be one of {known}, got {value!r}'
                )
        prefix = dict(
            img=f'JPEGImages/{resolution}',
            mask=f'{_ANNOTATIONS[annotations]}/{resolution}',
        )
        if split is not None:
            kwargs.setdefault('ann_file', f'ImageSets/2017/{split}.txt')
        super().__init__(data_prefix=prefix | (data_prefix or {}), **kwargs)
