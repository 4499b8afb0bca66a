"""CUB-200-2011, birds of two hundred species."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmengine.fileio import list_from_file

from mmmotion.registry import DATASETS

from .image_seg_dataset import ImageSegDataset, strip_suffix

# Numbers of the parts: of the list that the data set comes with, and of lists
# with three parts.
_TWO_PARTS = dict(train='1', test='0')
_THREE_PARTS = dict(train='0', val='1', test='2')


@DATASETS.register_module()
class CUB200(ImageSegDataset):
    """CUB-200-2011 as its archives unpack, with the segmentations inside.

    ::

        <data_root>/
            images.txt                      "<number> <class>/<image>.jpg"
            train_val_test_split.txt        "<number> <part>"
            images/<class>/<image>.jpg
            segmentations/<class>/<image>.png

    Results of unsupervised segmentation are those of 1,000 test images, out
    of a division into 10,000, 788 and 1,000 images, whose list has to be
    brought along: a line names an image by its number in ``images.txt`` and
    has 0 for training, 1 for validation, and 2 for test.
    ``split_file='train_test_split.txt'`` is the list of the data set itself,
    with 1 for training and 0 for test, 5,794 images. Published results take
    the central square of each image, see ``CropToSquare``.

    Source: Wah et al., "The Caltech-UCSD Birds-200-2011 Dataset", 2011; the
    division: Chen, Artières, Denoyer, "Unsupervised Object Segmentation by
    Redrawing", NeurIPS 2019.

    Args:
        split: ``'train'``, ``'val'``, ``'test'`` or None for all images.
        split_file: List of the parts, from the data root. It has three of
            them if the number 2 is there. Not read without a split.
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`ImageSegDataset`. An ``ann_file`` takes the
            place of the split.

    Raises:
        FileNotFoundError: If a list does not exist.
        ValueError: If the split is unknown or the list has no such part.
    """

    def __init__(
        self,
        split: str | None = 'test',
        split_file: str = 'train_val_test_split.txt',
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of ImageSegDataset
    ) -> None:
        if split is not None and split not in _THREE_PARTS:
            raise ValueError(
                f'expected split to be one of {tuple(_THREE_PARTS)} or None, '
                f'got {split!r}'
            )
        self.split = split
        self.split_file = split_file
        prefix = dict(img='images', mask='segmentations')
        super().__init__(data_prefix=prefix | (data_prefix or {}), **kwargs)

    def list_names(self) -> Sequence[str]:
        """Names of the images of the split, in the order of their numbers."""
        if self.ann_file or self.split is None:
            return super().list_names()
        parts = self._read_table(self.split_file, 'split_file')
        numbers = _THREE_PARTS if '2' in parts.values() else _TWO_PARTS
        images = self._read_table('images.txt', 'data_root')
        names = [
            strip_suffix(name) for number, name in images.items()
            if parts.get(number) == numbers.get(self.split, '')
        ]
        if not names:
            raise ValueError(
                f'{Path(self.data_root, self.split_file)} lists no image for '
                f'split={self.split!r}'
            )
        return names

    def _read_table(self, name: str, key: str) -> dict[str, str]:
        """Second word of each line by the first."""
        path = Path(self.data_root, name)
        if not path.is_file():
            raise FileNotFoundError(
                f'list not found: {path.absolute()} ({key}); '
                "split_file='train_test_split.txt' is the list that the data "
                'set comes with, and split=None takes all images'
            )
        rows = [line.split() for line in list_from_file(str(path))]
        wrong = [row for row in rows if row and len(row) != 2]
        if wrong:
            raise ValueError(
                f'expected two words a line in {path}, got '
                f'{" ".join(wrong[0])!r}'
            )
        return {row[0]: row[1] for row in rows if row}
