"""Preparation of the augmented training set of PASCAL VOC 2012."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.io

from mmmotion.flow.atomic import clean_stale_files, write_atomically
from mmmotion.flow.frames import frame_size
from mmmotion.structures import encode_labels

from ..voc2012 import VOC2012
from .prepared_tree import check_same_size

_MASKS = 'SegmentationClassAug'
_LISTS = 'ImageSets/Segmentation'
_NUM_CLASSES = len(VOC2012.METAINFO['classes'])


@dataclass
class AugmentationSummary:
    """What the augmented training set is made of.

    Attributes:
        folder: Folder of its annotations.
        num_voc: Annotations of VOC's own training set.
        num_sbd: Annotations of SBD.
        num_written: New files among them.
    """

    folder: Path
    num_voc: int
    num_sbd: int
    num_written: int

    def __str__(self) -> str:
        total = self.num_voc + self.num_sbd
        return (
            f'{self.folder}: {total} annotations, {self.num_voc} of VOC and '
            f'{self.num_sbd} of SBD; {self.num_written} files written, '
            f'{total - self.num_written} already there'
        )


def prepare_sbd(source: str | Path, root: str | Path) -> AugmentationSummary:
    """Add the annotations of SBD to those of VOC's training set.

    ::

        <source>/cls/<image>.mat            GTcls.Segmentation, labels 0 to 20
        <root>/                             VOCdevkit/VOC2012
            JPEGImages/<image>.jpg
            SegmentationClass/<image>.png
            ImageSets/Segmentation/{train,val}.txt

    Written are ``SegmentationClassAug/<image>.png`` with VOC's palette and
    the list ``ImageSets/Segmentation/train_aug.txt``. An image of VOC's
    training set keeps VOC's own annotation; images of its validation set are
    left out. Can be killed at any moment and started again: a file appears
    only when it is whole, none that exists is written again, and the list
    comes last.

    Source: Hariharan, Arbelaez, Bourdev, Maji, Malik, "Semantic Contours from
    Inverse Detectors", ICCV 2011.

    Args:
        source: Folder ``benchmark_RELEASE/dataset`` of SBD.
        root: Folder ``VOCdevkit/VOC2012``.

    Returns:
        Counts of what was done.

    Raises:
        FileNotFoundError: If a folder, a list, an image or an annotation is
            missing.
        ValueError: If a file is damaged, has labels of no class, or has
            another size than its image.
    """
    source, root = Path(source), Path(root)
    further = {path.stem: path for path in sorted(source.glob('cls/*.mat'))}
    if not further:
        raise FileNotFoundError(
            'expected cls/<image>.mat of SBD, got none in '
            f'{source.absolute()}; it is the folder dataset of its archive'
        )
    own, held_out = (_read_list(root, split) for split in ('train', 'val'))
    names = sorted({*own, *further} - set(held_out))
    folder = root / _MASKS
    clean_stale_files(folder)
    written = 0
    for name in names:
        path = folder / f'{name}.png'
        if path.exists():
            continue
        if name in own:
            content = _read_own(root, name)
        else:
            content = _encode(further[name], root / f'JPEGImages/{name}.jpg')
        write_atomically(path, content)
        written += 1
    listed = ''.join(f'{name}\n' for name in names)
    write_atomically(root / _LISTS / 'train_aug.txt', listed.encode())
    num_voc = len(set(own) & set(names))
    return AugmentationSummary(folder, num_voc, len(names) - num_voc, written)


def read_segmentation(path: str | Path) -> np.ndarray:
    """Read the labels of one file of SBD.

    Args:
        path: A ``.mat`` file with ``GTcls.Segmentation``.

    Returns:
        (H, W) uint8 labels.

    Raises:
        ValueError: If the file is damaged or holds something else.
    """
    try:
        content = scipy.io.loadmat(
            path, struct_as_record=False, squeeze_me=True
        )
        labels = np.asarray(content['GTcls'].Segmentation)
    # Damaged bytes may make the reader fail in any way.
    except Exception as error:
        raise ValueError(
            f'expected a whole file with GTcls.Segmentation, got '
            f'{type(error).__name__} ({error}): {path}'
        ) from error
    if labels.ndim != 2 or labels.dtype != np.uint8:
        raise ValueError(
            f'expected labels as (H, W) uint8, got {labels.shape} '
            f'{labels.dtype}: {path}'
        )
    if labels.size and labels.max() >= _NUM_CLASSES:
        raise ValueError(
            f'expected labels below {_NUM_CLASSES}, got {labels.max()}: {path}'
        )
    return labels


def _read_list(root: Path, split: str) -> list[str]:
    path = root / _LISTS / f'{split}.txt'
    if not path.is_file():
        raise FileNotFoundError(
            f'list not found: {path.absolute()}; the second folder is '
            'VOCdevkit/VOC2012'
        )
    return path.read_text().split()


def _read_own(root: Path, name: str) -> bytes:
    path = root / 'SegmentationClass' / f'{name}.png'
    if not path.is_file():
        raise FileNotFoundError(f'annotation not found: {path.absolute()}')
    return path.read_bytes()


def _encode(path: Path, image: Path) -> bytes:
    """Make a PNG file with VOC's palette, if the labels fit the image."""
    labels = read_segmentation(path)
    check_same_size(labels, frame_size(image), str(path))
    return encode_labels(labels)
