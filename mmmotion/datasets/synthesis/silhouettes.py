"""Silhouettes of real objects, from folders of masks or a COCO-style file."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco_mask

from ..errors import SampleError
from .picture_folder import list_pictures

_MIN_SHARE = 0.01
_MAX_LABELS = 16
_MAX_TRIES = 64


class MaskFolder:
    """Objects in the mask images below a folder.

    Each value or palette index other than 0 is an object; in a grey picture
    of more than 16 values, what is brighter than 127.

    Args:
        folder: The folder; masks lie in it or in folders below.

    Raises:
        FileNotFoundError: If there is no such folder.
        ValueError: If there is no image in it.
    """

    def __init__(self, folder: str) -> None:
        self.paths = list_pictures(folder, 'silhouettes')

    def __len__(self) -> int:
        return len(self.paths)

    def candidates(self, index: int) -> list[NDArray[np.bool_]]:
        """Return the (H, W) masks of the objects of one image."""
        path = self.paths[index]
        try:
            with Image.open(path) as image:
                has_palette = image.mode == 'P'
                values = np.array(image if has_palette else image.convert('L'))
        except (OSError, SyntaxError, ValueError) as error:
            raise SampleError(
                f'expected a mask image (silhouettes), got {error}: {path}',
                path,
            ) from error
        labels = np.flatnonzero(np.bincount(values.ravel()))
        if len(labels) > _MAX_LABELS and not has_palette:
            return [values > 127]
        return [values == label for label in labels if label > 0]


class CocoFile:
    """Objects in a JSON file of annotations as COCO has them.

    ``images`` has entries with ``id``, ``height`` and ``width``;
    ``annotations`` has entries with ``image_id`` and ``segmentation``,
    polygons or run lengths. Crowds are left out.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not such a file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        content = _read_json(path)
        # Any: ids are numbers or texts.
        images = {
            image.get('id'): image
            for image in _entries(content, 'images', path)
        }
        self.objects: list[tuple[Any, int, int]] = []
        for entry in _entries(content, 'annotations', path):
            if not entry.get('segmentation') or entry.get('iscrowd'):
                continue
            image = images.get(entry.get('image_id'), {})
            if 'height' not in image or 'width' not in image:
                raise ValueError(
                    'expected an entry of "images" with height and width for '
                    f'image_id {entry.get("image_id")!r}, got none in {path} '
                    '(silhouettes)'
                )
            self.objects.append(
                (entry['segmentation'], image['height'], image['width'])
            )
        if not self.objects:
            raise ValueError(
                'expected "annotations" with a "segmentation", got '
                f'{len(content["annotations"])} annotations without: {path} '
                '(silhouettes)'
            )

    def __len__(self) -> int:
        return len(self.objects)

    def candidates(self, index: int) -> list[NDArray[np.bool_]]:
        """Return the (H, W) mask of one object."""
        segmentation, height, width = self.objects[index]
        try:
            if isinstance(segmentation, list):
                runs = coco_mask.merge(
                    coco_mask.frPyObjects(segmentation, height, width)
                )
            elif isinstance(segmentation.get('counts'), list):
                runs = coco_mask.frPyObjects(segmentation, height, width)
            else:
                runs = segmentation
            return [coco_mask.decode(runs).astype(bool)]
        except Exception as error:  # whatever the decoder raises
            raise SampleError(
                'expected a segmentation of polygons or run lengths, got '
                f'{str(segmentation)[:60]} ({error}): {self.path} '
                '(silhouettes)',
                self.path,
            ) from error


@lru_cache(maxsize=4)
def open_silhouettes(path: str) -> MaskFolder | CocoFile:
    """Open a folder of masks or a COCO-style file, once per process.

    Args:
        path: The folder, or a file whose name ends with ``.json``.

    Raises:
        FileNotFoundError: If there is neither.
        ValueError: If there is no silhouette.
    """
    if Path(path).suffix.lower() == '.json':
        return CocoFile(path)
    return MaskFolder(path)


def draw_silhouette(rng: np.random.Generator, path: str) -> NDArray[np.bool_]:
    """Draw an object that covers at least 1 % of its image.

    Args:
        rng: Source of the random numbers.
        path: See :func:`open_silhouettes`.

    Returns:
        (H, W) mask, mirrored in half of the draws.

    Raises:
        SampleError: If a file cannot be read, or 64 images in a row have no
            such object.
    """
    source = open_silhouettes(path)
    choice, is_mirrored = rng.random(), rng.random() < 0.5
    for _ in range(_MAX_TRIES):
        masks = [
            mask for mask in source.candidates(int(rng.integers(len(source))))
            if mask.sum() >= _MIN_SHARE * mask.size
        ]
        if masks:
            mask = masks[int(choice * len(masks))]
            return mask[:, ::-1] if is_mirrored else mask
    raise SampleError(
        f'none of {_MAX_TRIES} masks has an object of at least '
        f'{_MIN_SHARE:.0%} of its image: {path} (silhouettes)',
        path,
    )


def _read_json(path: str) -> dict[str, Any]:
    # Any: what the file holds.
    if not Path(path).is_file():
        raise FileNotFoundError(
            f'file not found: {Path(path).absolute()} (silhouettes)'
        )
    try:
        content = json.loads(Path(path).read_bytes())
    except ValueError as error:
        raise ValueError(
            f'expected a JSON file, got {error}: {path} (silhouettes)'
        ) from error
    if not isinstance(content, dict):
        raise ValueError(
            'expected a JSON object with "images" and "annotations", got '
            f'{type(content).__name__}: {path} (silhouettes)'
        )
    return content


def _entries(content: dict[str, Any], key: str,
             path: str) -> list[Mapping[str, Any]]:
    entries = content.get(key)
    if not isinstance(entries, list):
        raise ValueError(
            f'expected a list named "{key}", got the keys '
            f'{sorted(content)[:8]}: {path} (silhouettes)'
        )
    for entry in entries:
        if not isinstance(entry, dict):
            raise ValueError(
                f'expected "{key}" to hold JSON objects, got '
                f'{str(entry)[:60]}: {path} (silhouettes)'
            )
        for name in ('id', 'image_id'):
            if not isinstance(entry.get(name), int | str | None):
                raise ValueError(
                    f'expected the "{name}" of an entry of "{key}" to be a '
                    f'number or a text, got {entry[name]}: {path} '
                    '(silhouettes)'
                )
    return entries
