"""PASCAL VOC 2012, twenty classes of objects and the background."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from mmmotion.registry import DATASETS
from mmmotion.structures import label_colors

from .image_seg_dataset import ImageSegDataset

_NUM_IMAGES = dict(train=1464, val=1449, trainval=2913, train_aug=10582)
_AUGMENTED = 'train_aug'


@DATASETS.register_module()
class VOC2012(ImageSegDataset):
    """PASCAL VOC 2012 for semantic segmentation, as its archive unpacks.

    ::

        <data_root>/                                VOCdevkit/VOC2012
            ImageSets/Segmentation/<split>.txt      one image per line
            JPEGImages/<image>.jpg
            SegmentationClass/<image>.png           with a palette
            SegmentationClassAug/<image>.png        for 'train_aug'

    Labels run from 0, the background, to 20; 255 marks outlines and objects
    that are hard to tell, which do not count. ``LoadLabelMap`` reads them.
    The augmented training set has the further annotations of SBD;
    ``tools/dataset_converters/sbd.py`` makes its folder and its list. Lists
    with the files of image and annotation on each line are read as well.

    Source: Everingham et al., "The PASCAL Visual Object Classes Challenge
    2012"; Hariharan et al., "Semantic Contours from Inverse Detectors", ICCV
    2011.

    Args:
        split: ``'train'`` (1,464 images), ``'val'`` (1,449), ``'trainval'``
            (2,913) or ``'train_aug'`` (10,582).
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`ImageSegDataset`. An ``ann_file`` takes the
            place of the split's list.

    Raises:
        FileNotFoundError: If a folder, the list, or a file of a listed image
            does not exist.
        ValueError: If the split is unknown.
    """

    METAINFO = dict(
        classes=(
            'background', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle',
            'bus', 'car', 'cat', 'chair', 'cow', 'diningtable', 'dog', 'horse',
            'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train',
            'tvmonitor'
        ),
        palette=label_colors(21),
    )

    def __init__(
        self,
        split: str = 'val',
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of ImageSegDataset
    ) -> None:
        if split not in _NUM_IMAGES:
            raise ValueError(
                f'expected split to be one of {tuple(_NUM_IMAGES)}, got '
                f'{split!r}'
            )
        self.split = split
        is_augmented = split == _AUGMENTED
        masks = 'SegmentationClassAug' if is_augmented else 'SegmentationClass'
        prefix = dict(img='JPEGImages', mask=masks)
        kwargs.setdefault('ann_file', f'ImageSets/Segmentation/{split}.txt')
        kwargs.setdefault('num_images', _NUM_IMAGES[split])
        super().__init__(data_prefix=prefix | (data_prefix or {}), **kwargs)

    def load_data_list(self) -> list[dict]:
        """List the images in the order of the list."""
        try:
            return super().load_data_list()
        except FileNotFoundError as error:
            if self.split != _AUGMENTED or not Path(self.data_root).is_dir():
                raise
            raise FileNotFoundError(
                f'{error}; tools/dataset_converters/sbd.py makes the '
                "augmented training set, split='train' needs VOC alone"
            ) from error

    def list_names(self) -> Sequence[str]:
        """Names of the images, without the folders that some lists have."""
        return [
            PurePosixPath(line.split()[0]).stem
            for line in super().list_names()
        ]
