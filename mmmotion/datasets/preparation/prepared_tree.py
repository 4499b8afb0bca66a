"""Writing of videos in the layout that all data sets have in common."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from mmengine.logging import print_log

from mmmotion.flow.atomic import clean_stale_files, write_atomically
from mmmotion.flow.frames import read_frame

_JPEG_QUALITY = 95
_JPEG_SUFFIXES = ('.jpg', '.jpeg')

MaskMaker = Callable[['PlannedVideo', str], np.ndarray]
"""Makes the (H, W) bool mask of a frame of a video."""

ImageMaker = Callable[['PlannedVideo', str], bytes]
"""Makes the JPEG file of a frame of a video."""


@dataclass(frozen=True)
class PlannedVideo:
    """What a prepared video is made of.

    Attributes:
        name: Name of the video.
        images: Source of each image by its new name without suffix.
        masks: Sources of each mask by its new name; of several the union.
    """

    name: str
    images: Mapping[str, str]
    masks: Mapping[str, Sequence[str]]


@dataclass
class PreparationSummary:
    """What a preparation did.

    Attributes:
        root: Folder of the prepared data set.
        videos: Number of images and annotations by video.
        num_written: New files.
        num_existing: Files that were there.
    """

    root: Path
    videos: dict[str, tuple[int, int]] = field(default_factory=dict)
    num_written: int = 0
    num_existing: int = 0

    @property
    def num_images(self) -> int:
        """Number of images of all videos."""
        return sum(images for images, _ in self.videos.values())

    @property
    def num_masks(self) -> int:
        """Number of annotations of all videos."""
        return sum(masks for _, masks in self.videos.values())

    def __str__(self) -> str:
        return (
            f'{self.root}: {len(self.videos)} videos, {self.num_images} '
            f'images, {self.num_masks} annotations; {self.num_written} files '
            f'written, {self.num_existing} already there'
        )


def copy_image(video: PlannedVideo, frame: str) -> bytes:
    """Take over a JPEG file as it is, or make one of another image.

    Args:
        video: The video.
        frame: New name of the frame.

    Raises:
        FileNotFoundError: If the source does not exist.
        ValueError: If the source is damaged.
    """
    path = Path(video.images[frame])
    img = read_frame(path)  # also of a JPEG file, which may be truncated
    if path.suffix.lower() in _JPEG_SUFFIXES:
        return path.read_bytes()
    return encode_image(img)


def encode_image(img: np.ndarray) -> bytes:
    """Make a JPEG file.

    Args:
        img: (H, W, 3) uint8 RGB.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    return cv2.imencode('.jpg', img[..., ::-1], options)[1].tobytes()


def write_videos(
    videos: Sequence[PlannedVideo],
    source: Path,
    root: Path,
    make_mask: MaskMaker,
    make_image: ImageMaker = copy_image,
) -> PreparationSummary:
    """Write ``JPEGImages/<video>/<frame>.jpg`` and the annotations.

    ``Annotations/<video>/<frame>.png`` holds 0 and 255. Can be killed at any
    moment and started again: a file appears only when it is whole, and none
    that exists is written again.

    Args:
        videos: What to write.
        source: Folder of the distributed data set, into which nothing is
            written.
        root: Folder of the prepared data set.
        make_mask: Makes a mask.
        make_image: Makes an image file.

    Returns:
        Counts of what was done, which are logged by video as well.

    Raises:
        FileNotFoundError: If a source does not exist.
        ValueError: If a source is damaged, or the prepared data set would lie
            inside the distributed one.
    """
    summary = PreparationSummary(root)
    folders = [root / 'JPEGImages', root / 'Annotations']
    for folder in folders:
        if folder.resolve().is_relative_to(source.resolve()):
            raise ValueError(
                f'expected a new folder outside of {source.absolute()}, which '
                f'is not changed, got {root.absolute()}'
            )
        clean_stale_files(folder)
    for video in videos:
        before = summary.num_written
        for frame in video.images:
            path = folders[0] / video.name / f'{frame}.jpg'
            if _is_missing(path, summary):
                write_atomically(path, make_image(video, frame))
        for frame in video.masks:
            path = folders[1] / video.name / f'{frame}.png'
            if _is_missing(path, summary):
                mask = make_mask(video, frame).astype(np.uint8) * 255
                encoded = cv2.imencode('.png', mask)[1]
                write_atomically(path, encoded.tobytes())
        summary.videos[video.name] = len(video.images), len(video.masks)
        print_log(
            f'{video.name}: {len(video.images)} images, {len(video.masks)} '
            f'annotations, {summary.num_written - before} files written',
            logger='current',
        )
    return summary


def find_named(found: Mapping[str, Path], wanted: Sequence[str],
               source: Path) -> dict[str, Path]:
    """Keep the videos that belong to a data set and log the others.

    Args:
        found: Folder by name of the video.
        wanted: Names of all videos of the data set.
        source: Folder of the distributed data set.

    Returns:
        Folder by name, in the order of the names.

    Raises:
        FileNotFoundError: If no video is there.
    """
    kept = {name: found[name] for name in wanted if name in found}
    if not kept:
        raise FileNotFoundError(
            f'none of the {len(wanted)} videos ({wanted[0]}, ...) is in '
            f'{source.absolute()}'
        )
    _log_names('not found', source, [n for n in wanted if n not in kept])
    _log_names('left out', source, [n for n in found if n not in kept])
    return kept


def check_same_size(
    mask: np.ndarray, size: tuple[int, int], path: str
) -> None:
    """Refuse an annotation that cannot belong to its image.

    Args:
        mask: (H, W) annotation.
        size: (H, W) of the image.
        path: File of the annotation.

    Raises:
        ValueError: If the sizes differ.
    """
    if mask.shape != size:
        raise ValueError(
            f'expected an annotation of the size of its image, (H, W) = '
            f'{size}, got {mask.shape}: {path}'
        )


def _is_missing(path: Path, summary: PreparationSummary) -> bool:
    if path.exists():
        summary.num_existing += 1
        return False
    summary.num_written += 1
    return True


def _log_names(what: str, source: Path, names: Collection[str]) -> None:
    if names:
        print_log(
            f'{len(names)} videos {what} in {source}: {", ".join(names)}',
            logger='current',
        )
