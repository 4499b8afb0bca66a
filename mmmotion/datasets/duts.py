"""DUTS, the largest set of salient objects."""

from typing import Any

from mmmotion.registry import DATASETS

from .image_seg_dataset import ImageSegDataset

_FOLDERS = dict(train='TR', test='TE')
_NUM_IMAGES = dict(train=10553, test=5019)


@DATASETS.register_module()
class DUTS(ImageSegDataset):
    """DUTS as its archives unpack.

    ::

        <data_root>/
            DUTS-TE/DUTS-TE-Image/<image>.jpg
            DUTS-TE/DUTS-TE-Mask/<image>.png
            DUTS-TR/DUTS-TR-Image/<image>.jpg
            DUTS-TR/DUTS-TR-Mask/<image>.png

    Source: Wang et al., "Learning to Detect Salient Objects with Image-level
    Supervision", CVPR 2017.

    Args:
        split: ``'test'`` (5,019 images) or ``'train'`` (10,553).
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`ImageSegDataset`.

    Raises:
        ValueError: If the split is unknown.
    """

    def __init__(
        self,
        split: str = 'test',
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of ImageSegDataset
    ) -> None:
        if split not in _FOLDERS:
            raise ValueError(
                f'expected split to be one of {tuple(_FOLDERS)}, got {split!r}'
            )
        part = f'DUTS-{_FOLDERS[split]}'
        prefix = dict(img=f'{part}/{part}-Image', mask=f'{part}/{part}-Mask')
        kwargs.setdefault('num_images', _NUM_IMAGES[split])
        super().__init__(data_prefix=prefix | (data_prefix or {}), **kwargs)
