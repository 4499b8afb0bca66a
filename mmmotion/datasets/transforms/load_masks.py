"""Reading of annotations."""

import numpy as np
from mmcv.transforms import BaseTransform
from PIL import Image

from mmmotion.registry import TRANSFORMS

from ..errors import MissingFileError, SampleError

_NUM_REPORTED = 8
_CHOICES = ('strict', 'threshold', 'labels', 'objects')
_VOID = 255
_MAX_OBJECTS = 100


def read_annotation(path: str, with_palette: bool = True) -> np.ndarray:
    """Decode an annotation file.

    Args:
        path: The file, grey, black and white, coloured or with a palette.
        with_palette: Whether the palette is looked up; without, a file with
            a palette gives its indices.

    Returns:
        (H, W) uint8, the brightest of the colour channels.

    Raises:
        MissingFileError: If there is no such file.
        SampleError: If the file is truncated, has 16 bits a channel, or has
            colours but no palette where indices are asked for.
    """
    try:
        with Image.open(path) as image:
            image.load()
            if image.mode.startswith(('I', 'F')):
                raise SampleError(
                    f'expected a mask of 8 bits a channel, got mode '
                    f'{image.mode}: {path}',
                    path,
                )
            if image.mode == 'P' and not with_palette:
                return np.array(image)
            if image.mode == 'L':
                return np.array(image)
            colors = np.array(image.convert('RGB'))
            if not with_palette and (colors != colors[..., :1]).any():
                raise SampleError(
                    'expected numbers of objects, got labels drawn in colours '
                    'without a palette, which have to be converted: '
                    f'{path}',
                    path,
                )
            return colors.max(axis=-1)
    except FileNotFoundError as error:
        raise MissingFileError(f'mask not found: {path}', path) from error
    except (OSError, SyntaxError) as error:
        raise SampleError(
            f'expected a whole mask file, got {error}: {path}', path
        ) from error


def check_labels(highest: int, num_objects: int, path: str) -> None:
    """Refuse labels that are no numbers of objects, such as colours.

    Args:
        highest: Highest label of an annotation.
        num_objects: Number of objects that there can be.
        path: File of the annotation.

    Raises:
        SampleError: If the label is above the number of objects.
    """
    if highest > num_objects:
        raise SampleError(
            f'expected labels from 0 to {num_objects}, objects numbered '
            f'from 1, got {highest} (labels drawn in colours, without a '
            f'palette, have to be converted to their numbers): {path}',
            path,
        )


@TRANSFORMS.register_module()
class LoadMasks(BaseTransform):
    """Read the annotation of the frame, if there is one.

    A mask without any object pixel is a mask like any other; how it counts
    is for the metric to say.

    Required Keys:
        mask_path: A file, or None for a frame without annotation.

    Added Keys:
        gt_masks: (O, H, W) bool; absent without annotation.
        gt_void: (H, W) bool, only with ``'objects'``.

    Changed Keys:
        ori_shape: (H, W) of the annotation; unchanged without.

    Args:
        binarize: ``'strict'`` accepts only the values 0 and 255 (object).
            ``'threshold'`` takes values above ``threshold``, as the released
            code of Guess What Moves does. ``'labels'`` makes one mask of
            each value or palette index other than 0, in ascending order.
            ``'objects'`` makes one of each label from 1 to the highest of the
            frame, so that an object has the same position in all frames, and
            takes 255 for pixels that do not count, as in DAVIS 2017.
        threshold: Largest value of the background, for ``'threshold'``.
        same_size: Whether an annotation has to have the size of its frame,
            ``ori_shape`` before. Those of videos are often smaller.

    Raises:
        ValueError: If ``binarize`` is unknown.
    """

    def __init__(
        self,
        binarize: str = 'strict',
        threshold: int = 128,
        same_size: bool = False,
    ) -> None:
        if binarize not in _CHOICES:
            raise ValueError(
                f'expected binarize to be one of {_CHOICES}, got {binarize!r}'
            )
        self.binarize = binarize
        self.threshold = threshold
        self.same_size = same_size

    def transform(self, results: dict) -> dict:
        """Read the file.

        Raises:
            SampleError: If the file is missing or broken, has values that
                ``binarize`` does not allow, or not the size of the frame.
        """
        path = results.get('mask_path')
        if path is None:
            return results
        has_labels = self.binarize in ('labels', 'objects')
        values = read_annotation(path, not has_labels)
        if self.same_size and 'ori_shape' not in results:
            raise KeyError('LoadMasks(same_size=True) needs LoadFrames before')
        if self.same_size and values.shape != tuple(results['ori_shape']):
            raise SampleError(
                f'expected a mask of the size of its image, (H, W) = '
                f'{tuple(results["ori_shape"])}, got {values.shape}: {path}',
                path,
            )
        if has_labels:
            labels = np.unique(values[values > 0])
            if self.binarize == 'objects':
                results['gt_void'] = values == _VOID
                labels = _label_range(labels, path)
            masks = values[None] == labels[:, None, None]
        elif self.binarize == 'threshold':
            masks = values[None] > self.threshold
        else:
            masks = self._split_strictly(values, path)[None]
        results['gt_masks'] = masks
        results['ori_shape'] = values.shape
        return results

    def _split_strictly(self, values: np.ndarray, path: str) -> np.ndarray:
        mask = values == 255
        if not (mask | (values == 0)).all():
            found = np.unique(values).tolist()
            more = ', ...' if len(found) > _NUM_REPORTED else ''
            listed = ', '.join(map(str, found[:_NUM_REPORTED]))
            raise SampleError(
                'expected a mask of the values 0 and 255 only, got '
                f"{listed}{more} (binarize='threshold' or 'labels' of "
                f'LoadMasks reads other masks): {path}',
                path,
            )
        return mask


def _label_range(labels: np.ndarray, path: str) -> np.ndarray:
    """All labels from 1 to the highest one of an object."""
    highest = int(max(labels[labels < _VOID], default=0))
    check_labels(highest, _MAX_OBJECTS, path)
    return np.arange(1, 1 + highest)
