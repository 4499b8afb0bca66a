"""MoCA, moving camouflaged animals with a box in every frame."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmmotion.flow.frames import Video, frame_size
from mmmotion.registry import DATASETS

from .box_table import BoxTable, read_box_table
from .video_seg_dataset import VideoSegDataset


@DATASETS.register_module()
class MoCA(VideoSegDataset):
    """MoCA as ``tools/dataset_converters/moca.py`` prepares it.

    ::

        <data_root>/
            annotations.csv
            JPEGImages/<video>/00000.jpg
            Annotations/<video>/00000.png       the box as a mask
            Flows/<flow_estimator>/gap+1/<video>/00000.npy
            Flows_gap1/<video>/00000.flo        with flow_layout='mg'

    The table says which videos and frames there are (88 videos and 4803
    frames in the subset of Motion Grouping). Entries have ``gt_boxes``
    (1, 4), float32 (left, top, right, bottom) in pixels of the image, right
    and bottom exclusive; ``motion_label``, a position in
    :data:`mmmotion.structures.MOTIONS`; and ``ori_shape``, the
    (H, W) of the video's images.

    Source: Lamdouar et al., "Betrayed by Motion: Camouflaged Object Discovery
    via Motion Segmentation", ACCV 2020; subset and motion labels: Yang et
    al., "Self-supervised Video Object Segmentation by Motion Grouping", ICCV
    2021.

    Args:
        box_file: Table of the boxes, from the data root.
        videos: Names of videos to keep; None keeps all of the table.
        data_prefix: Folders that replace those above.
        **kwargs: See :class:`VideoSegDataset`.

    Raises:
        ValueError: If a video has no box in the table.
    """

    def __init__(
        self,
        box_file: str = 'annotations.csv',
        videos: Sequence[str] | None = None,
        data_prefix: dict | None = None,
        **kwargs: Any,  # those of VideoSegDataset
    ) -> None:
        self.box_file = box_file
        self._table: BoxTable = {}
        prefix = dict(mask='Annotations') | (data_prefix or {})
        super().__init__(videos=videos, data_prefix=prefix, **kwargs)

    def load_data_list(self) -> list[dict]:
        """List the frames that have a box.

        Raises:
            FileNotFoundError: If there is no image for a box.
        """
        path = Path(self.data_root, self.box_file)
        self._table = read_box_table(path)
        if self.videos is None:
            self.videos = tuple(self._table)
        for name in self.videos:
            if name not in self._table:
                raise ValueError(f'no box of video {name} in {path} (videos)')
        sizes: dict[str, tuple[int, int]] = {}
        frames = super().load_data_list()
        for frame in frames:
            video_id = frame['video_id']
            if video_id not in sizes:
                sizes[video_id] = frame_size(frame['img_path'])
            entry = self._table[video_id][frame['frame_id']]
            frame['gt_boxes'] = np.array([entry.corners], np.float32)
            frame['motion_label'] = entry.motion
            frame['ori_shape'] = sizes[video_id]
        return frames

    def _find_videos(self) -> list[tuple[Video, Collection[str] | None]]:
        found: list[tuple[Video, Collection[str] | None]] = []
        for video, listed in super()._find_videos():
            boxes = self._table[video.video_id]
            images = {Path(path).stem for path in video.frame_paths}
            missing = [frame for frame in boxes if frame not in images]
            if missing:
                folder = Path(video.frame_paths[0]).parent.absolute()
                raise FileNotFoundError(
                    f'no image {missing[0]} in {folder}, a frame that has a '
                    f'box in {self.box_file} (box_file)'
                )
            found.append((video, set(boxes) & set(listed or boxes)))
        return found
