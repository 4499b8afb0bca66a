"""Still images, each with one annotation."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from mmengine.fileio import list_from_file
from mmengine.logging import print_log

from mmmotion.flow.frames import IMAGE_SUFFIXES, natural_key
from mmmotion.registry import DATASETS

from .base_motion_dataset import BaseMotionDataset
from .folders import check_folder


@DATASETS.register_module()
class ImageSegDataset(BaseMotionDataset):
    """Images and their annotations in two folders.

    ::

        <data_root>/
            <data_prefix['img']>/[<folder>/]<image>.jpg
            <data_prefix['mask']>/[<folder>/]<image>.png

    Every image is a video of a single frame, named after its path without
    suffix; it has no neighbours and no flow.

    Args:
        data_root: Folder from which relative paths start.
        data_prefix: Folders: ``img``, and ``mask`` (leave out or None: no
            annotations). They may hold folders of any depth.
        ann_file: List of the images to use, one path from the ``img`` folder
            per line, with or without suffix. Empty: all that are found.
        name: What the data set is called beside its scores; the name of the
            class if None.
        num_images: How many images there have to be in the published
            version. Another number is logged, because scores over other
            images cannot be compared.
        **kwargs: See :class:`BaseMotionDataset`.

    Raises:
        FileNotFoundError: If a folder, list file or listed image does not
            exist, an image has no annotation, or there is no image at all.
        ValueError: If two images differ in their suffix only, or the folders
            are not those above.
    """

    def __init__(
        self,
        data_root: str = '',
        data_prefix: Mapping[str, str | None] | None = None,
        ann_file: str = '',
        name: str | None = None,
        num_images: int | None = None,
        **kwargs: Any,  # those of BaseMotionDataset
    ) -> None:
        prefix = dict(img='images') | dict(data_prefix or {})
        if set(prefix) - {'img', 'mask'} or not isinstance(prefix['img'], str):
            raise ValueError(
                "expected data_prefix with the keys 'img' and 'mask', got "
                f'{dict(data_prefix or {})}'
            )
        self.name = name or type(self).__name__
        self.num_images = num_images
        super().__init__(
            data_root=data_root,
            data_prefix={
                key: value
                for key, value in prefix.items() if value is not None
            },
            ann_file=ann_file,
            **kwargs,
        )

    def load_data_list(self) -> list[dict]:
        """List the images in the order of the list, or of their names."""
        if self.data_root:
            check_folder(self.data_root, 'data_root')
        for key, folder in self.data_prefix.items():
            check_folder(folder, f"data_prefix['{key}']")
        images = _find_images(self.data_prefix['img'])
        if not images:
            raise FileNotFoundError(
                f'no image in {Path(self.data_prefix["img"]).absolute()} '
                "(data_prefix['img'])"
            )
        masks = {}
        if 'mask' in self.data_prefix:
            masks = _find_images(self.data_prefix['mask'])
        entries = []
        for name in self.list_names() or images:
            self._check_pair(name, images, masks)
            entries.append(self._make_entry(name, images[name], masks))
        if self.num_images not in (None, len(entries)):
            print_log(
                f'{self.name} has {self.num_images} images, but '
                f'{len(entries)} are used of '
                f'{Path(self.data_prefix["img"]).absolute()}: the scores '
                'cannot be compared with published ones',
                logger='current',
                level=logging.WARNING,
            )
        return entries

    def list_names(self) -> Sequence[str]:
        """Names of the images to use, without suffix; empty for all."""
        if not self.ann_file:
            return ()
        if not Path(self.ann_file).is_file():
            raise FileNotFoundError(
                f'list file not found: {self.ann_file} (ann_file)'
            )
        lines = [line.strip() for line in list_from_file(self.ann_file)]
        names = [strip_suffix(line) for line in lines if line]
        if not names:
            raise ValueError(f'list file is empty: {self.ann_file} (ann_file)')
        return names

    def _check_pair(
        self, name: str, images: Mapping[str, str], masks: Mapping[str, str]
    ) -> None:
        missing = None
        if name not in images:
            missing = 'image', 'img'
        elif 'mask' in self.data_prefix and name not in masks:
            missing = 'annotation', 'mask'
        if missing is not None:
            kind, key = missing
            raise FileNotFoundError(
                f'no {kind} {name} in '
                f"{Path(self.data_prefix[key]).absolute()} (data_prefix"
                f"['{key}'])"
            )

    def _make_entry(self, name: str, path: str,
                    masks: Mapping[str, str]) -> dict[str, Any]:
        """What transforms, samplers and metrics read (of many types)."""
        return dict(
            dataset=self.name,
            video_id=name,
            frame_id=PurePosixPath(name).name,
            frame_index=0,
            num_frames=1,
            img_path=path,
            neighbours={},
            flow_paths={},
            flow_size=None,
            available_gaps=(),
            mask_path=masks.get(name),
        )


def strip_suffix(name: str) -> str:
    """Take the suffix of an image off a path, and leave any other dot."""
    path = PurePosixPath(name)
    is_image = path.suffix.lower() in IMAGE_SUFFIXES
    return str(path.with_suffix('') if is_image else path)


def _find_images(root: str) -> dict[str, str]:
    """Image files below a folder by their path without suffix."""
    found: dict[str, str] = {}
    for path in sorted(_walk(Path(root)), key=lambda p: natural_key(str(p))):
        name = strip_suffix(path.relative_to(root).as_posix())
        if name in found:
            raise ValueError(
                f'two images of one name: {found[name]} and {path}'
            )
        found[name] = str(path)
    return found


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith('.'):
            continue
        if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file():
            yield path
        elif path.is_dir():
            yield from _walk(path)
