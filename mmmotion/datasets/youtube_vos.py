"""YouTube-VOS, thousands of short videos of moving things."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmmotion.registry import DATASETS

from .base_motion_dataset import BaseMotionDataset
from .folders import check_folder
from .frame_list import read_frame_list
from .frame_table import FrameTable
from .index_cache import load_index
from .video_index import VideoIndex, make_index

_SPLITS = ('train', 'valid', 'test')


@DATASETS.register_module()
class YouTubeVOS(BaseMotionDataset):
    """YouTube-VOS in the layout in which it is distributed, without flow.

    ::

        <data_root>/
            train_all_frames/JPEGImages/<video>/00000.jpg   all frames
            train/JPEGImages/<video>/00000.jpg              every fifth
            train/Annotations/<video>/00000.png
            valid_all_frames/..., valid/..., test_all_frames/..., test/...

    The training split has about 3,470 videos and 480,000 frames. They are
    listed once; what was found is kept in ``JPEGImages.index.npz`` beside
    the frames (see :func:`~mmmotion.datasets.index_cache.load_index`), and
    entries are made when they are asked for. Annotations have a palette, one
    label for each object, in every fifth frame of ``train`` and in the first
    frames of the other splits; ``LoadMasks(binarize='labels')`` reads them.

    ``VideoSegDataset`` reads the same folders with flow.

    Source: Xu et al., "YouTube-VOS: Sequence-to-Sequence Video Object
    Segmentation", ECCV 2018.

    Args:
        split: ``'train'``, ``'valid'`` or ``'test'``.
        all_frames: Whether the videos have all of their frames, from the
            package ``<split>_all_frames``, or every fifth.
        with_masks: Whether annotations are looked for, in
            ``<split>/Annotations`` for either package.
        require_mask: Whether frames without an annotation are left out; they
            remain neighbours.
        ann_file: List of the videos to use and of their frames, see
            :func:`~mmmotion.datasets.frame_list.read_frame_list`. Frames
            that it leaves out do not exist for the data set.
        gaps: Signed gaps of the neighbours to offer.
        data_prefix: Folders that replace those above: ``img``, ``mask``.
        index_dir: Folder of the lists of what was found; None chooses
            beside the frames or, where nothing can be written, the user's
            folder of caches.
        **kwargs: See :class:`BaseMotionDataset`.

    Raises:
        FileNotFoundError: If a folder, the list or a frame in it does not
            exist, or nothing is left.
        ValueError: If the split is unknown or settings contradict each
            other.
    """

    def __init__(
        self,
        split: str = 'train',
        all_frames: bool = True,
        with_masks: bool = False,
        require_mask: bool = False,
        ann_file: str = '',
        gaps: Sequence[int] = (1, ),
        data_prefix: Mapping[str, str] | None = None,
        index_dir: str | None = None,
        **kwargs: Any,  # those of BaseMotionDataset
    ) -> None:
        if split not in _SPLITS:
            raise ValueError(
                f'expected split to be one of {_SPLITS}, got {split!r}'
            )
        if require_mask and not with_masks:
            raise ValueError('require_mask=True needs with_masks=True')
        package = f'{split}_all_frames' if all_frames else split
        prefix = dict(
            img=f'{package}/JPEGImages', mask=f'{split}/Annotations'
        ) | dict(data_prefix or {})
        if set(prefix) != {'img', 'mask'}:
            raise ValueError(
                "expected data_prefix with the keys 'img' and 'mask', got "
                f'{dict(data_prefix or {})}'
            )
        self.with_masks = with_masks
        self.require_mask = require_mask
        self.index_dir = index_dir
        super().__init__(
            gaps=gaps,
            data_prefix=prefix,
            ann_file=ann_file,
            # Entries are made from arrays that workers share already.
            serialize_data=False,
            **kwargs,
        )

    def load_data_list(self) -> FrameTable:
        """List the frames, video by video in temporal order."""
        if self.data_root:
            check_folder(self.data_root, 'data_root')
        root = self.data_prefix['img']
        check_folder(root, "data_prefix['img']")
        index = load_index(root, self.index_dir)
        if self.ann_file:
            index = self._select(index)
        if not self.with_masks:
            return FrameTable(root, index, self.gaps)
        mask_root = self.data_prefix['mask']
        check_folder(mask_root, "data_prefix['mask']")
        table = FrameTable(
            root,
            index,
            self.gaps,
            mask_root,
            load_index(mask_root, self.index_dir),
        )
        if self.require_mask:
            table = table.only(table.annotated())
        if not table:
            raise FileNotFoundError(
                f'no annotation in {mask_root} belongs to a frame in {root}'
            )
        return table

    def _select(self, index: VideoIndex) -> VideoIndex:
        """Keep the videos and frames that the list names."""
        root = self.data_prefix['img']
        listed = read_frame_list(self.ann_file, root, self.data_root)
        numbers = index.numbers()
        kept = []
        for name, frames in listed.items():
            if name not in numbers or not len(index.files_of(numbers[name])):
                raise FileNotFoundError(
                    f'no images in {Path(root, name).absolute()}, a video '
                    f'that {self.ann_file} lists (ann_file)'
                )
            files = index.files_of(numbers[name])
            if frames is not None:
                stems = [Path(os.fsdecode(bytes(f))).stem for f in files]
                missing = sorted(frames - set(stems))
                if missing:
                    raise FileNotFoundError(
                        f'no image {missing[0]} in '
                        f'{Path(root, name).absolute()}, a frame that '
                        f'{self.ann_file} lists (ann_file)'
                    )
                files = files[[stem in frames for stem in stems]]
            kept.append(files)
        return make_index(list(listed), kept)
