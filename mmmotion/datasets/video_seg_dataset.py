"""Videos as folders of frames, with masks and flows beside them."""

import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.logging import print_log

from mmmotion.flow.extraction_plan import short_videos
from mmmotion.flow.frames import (
    Video,
    check_videos,
    list_folders,
    list_frames,
    list_videos,
)
from mmmotion.registry import DATASETS

from .base_motion_dataset import BaseMotionDataset
from .errors import MissingFileError, SampleError
from .flow_tree import FlowTree
from .folders import check_folder
from .frame_list import read_frame_list

_MAX_NAMED = 10


@DATASETS.register_module()
class VideoSegDataset(BaseMotionDataset):
    """Any videos whose frames lie in one folder each.

    ::

        <data_root>/
            <data_prefix['img']>/<video>/<frame>.jpg
            <data_prefix['mask']>/<video>/<frame>.png           if there are
            <data_prefix['flow']>/Flows/<estimator>/gap+1/<video>/<frame>.npy

    ``data_prefix['img']`` may also hold the frames of a single video, which
    is then named after the folder. Frames are sorted by the numbers in their
    names. Frames without an annotation have ``mask_path=None``. Without
    ``flow_estimator`` and ``flow_layout`` the data set has no flow, and
    ``available_gaps`` are those for which there is a neighbour.

    Args:
        data_root: Folder from which relative paths start.
        data_prefix: Folders: ``img``, ``mask`` (leave out or None: no
            annotations), ``flow`` (folder that holds the tree of flows,
            ``data_root`` by default).
        ann_file: List file of the videos or frames to use, see
            :func:`~mmmotion.datasets.frame_list.read_frame_list`. Empty: all
            that are found.
        videos: Names of videos to keep of those; None keeps all.
        gaps: Signed frame gaps to offer, in the order that
            ``VideoSampler(gap_sampling='pairs')`` makes pairs of.
        flow_estimator: Name or config of the estimator whose flows are read.
            It is compared with what the tree says about itself.
        flow_layout: Layout of the tree: ``'mmmotion'``, ``'mg'`` or
            ``'rcf'``.
        flow_name: Folder below ``Flows``; the estimator's short name if
            None.
        flow_resolution: Folder between gap and video in other layouts.
        require_flow: Whether frames that have no flow at all are left out,
            and videos without any are an error (skipped and counted with
            ``on_error='skip'``). Videos that are too short for some of the
            gaps are logged once, and in test mode the number of frames left
            out as well.
        require_mask: Whether frames without an annotation are left out; they
            remain neighbours.
        **kwargs: See :class:`BaseMotionDataset`.

    Raises:
        FileNotFoundError: If a folder, list file, listed video or frame does
            not exist, or there is no image or no flow at all.
        SampleError: If a video has no flow but has to.
        ValueError: If settings contradict each other, or the flows were made
            by another estimator.
    """

    def __init__(
        self,
        data_root: str = '',
        data_prefix: Mapping[str, str | None] | None = None,
        ann_file: str = '',
        videos: Sequence[str] | None = None,
        gaps: Sequence[int] = (1, 2, -1, -2),
        flow_estimator: str | Mapping | None = None,
        flow_layout: str = 'mmmotion',
        flow_name: str | None = None,
        flow_resolution: str = '',
        require_flow: bool = False,
        require_mask: bool = False,
        **kwargs: Any,  # those of BaseMotionDataset
    ) -> None:
        prefix = dict(img='JPEGImages', flow='') | dict(data_prefix or {})
        unknown = sorted(set(prefix) - {'img', 'mask', 'flow'})
        if unknown or not isinstance(prefix['img'], str):
            raise ValueError(
                "expected data_prefix with the keys 'img', 'mask' and 'flow',"
                f' got {dict(data_prefix or {})}'
            )
        self.videos = None if videos is None else tuple(videos)
        self.flow_estimator = flow_estimator
        self.flow_layout = flow_layout
        self.flow_name = flow_name
        self.flow_resolution = flow_resolution
        self.has_flow = flow_estimator is not None or flow_layout != 'mmmotion'
        if require_flow and not self.has_flow:
            raise ValueError(
                'require_flow=True needs a flow_estimator, or another '
                "flow_layout than 'mmmotion'"
            )
        if require_mask and prefix.get('mask') is None:
            raise ValueError("require_mask=True needs data_prefix['mask']")
        self.require_flow = require_flow
        self.require_mask = require_mask
        super().__init__(
            data_root=data_root,
            data_prefix={
                key: value
                for key, value in prefix.items() if value is not None
            },
            ann_file=ann_file,
            gaps=gaps,
            **kwargs,
        )

    def load_data_list(self) -> list[dict]:
        """List the frames, video by video in temporal order."""
        if self.data_root:
            check_folder(self.data_root, 'data_root')
        for key in ('img', 'mask'):
            if key in self.data_prefix:
                check_folder(self.data_prefix[key], f"data_prefix['{key}']")
        flow_tree = self._open_flows()
        found = self._find_videos()
        check_videos([video for video, _ in found])
        frames: list[dict] = []
        for video, listed in found:
            frames.extend(self._list_frames(video, listed, flow_tree))
        if self.has_flow:
            self._warn_of_short([video for video, _ in found])
            frames = self._keep_with_flow(frames)
        if not frames:
            raise SampleError(
                'every video was skipped, nothing is left of '
                f'{self.data_prefix["img"]}',
                self.data_prefix['img'],
            )
        return frames

    def _warn_of_short(self, videos: Sequence[Video]) -> None:
        short = [
            f'{name} ({gaps})'
            for name, gaps in short_videos(videos, self.gaps).items()
            if len(gaps) < len(self.gaps)
        ]
        if short:
            more = ', ...' if len(short) > _MAX_NAMED else ''
            print_log(
                f'{len(short)} of {len(videos)} videos in '
                f'{self.data_prefix["img"]} are too short for flow of some '
                'of the gaps and are used with the others: '
                f'{", ".join(short[:_MAX_NAMED])}{more}',
                logger='current',
                level=logging.WARNING,
            )

    def _keep_with_flow(self, frames: list[dict]) -> list[dict]:
        if not self.require_flow:
            return frames
        kept = [frame for frame in frames if frame['flow_paths']]
        if self.test_mode and len(kept) < len(frames):
            print_log(
                f'{len(frames) - len(kept)} of {len(frames)} frames in '
                f'{self.data_prefix["img"]} have no flow of the gaps '
                f'{self.gaps} and are left out of the evaluation',
                logger='current',
                level=logging.WARNING,
            )
        return kept

    def _open_flows(self) -> FlowTree | None:
        if not self.has_flow:
            return None
        return FlowTree(
            self.data_prefix.get('flow', self.data_root),
            self.flow_estimator,
            self.flow_layout,
            self.flow_name,
            self.flow_resolution,
        )

    def _find_videos(self) -> list[tuple[Video, Collection[str] | None]]:
        """Videos of the split, with the frames to use if not all."""
        root = Path(self.data_prefix['img'])
        found: list[tuple[Video, Collection[str] | None]] = []
        if self.ann_file:
            listed = read_frame_list(self.ann_file, str(root), self.data_root)
            found = [(self._open_video(root, name), names)
                     for name, names in listed.items()]
        else:
            if not _has_images(root):
                raise FileNotFoundError(
                    f'no image and no folder of images in {root.absolute()} '
                    "(data_prefix['img'])"
                )
            found = [(video, None) for video in list_videos(root)]
        if self.videos is None:
            return found
        by_name = {video.video_id: (video, names) for video, names in found}
        for name in self.videos:
            if name not in by_name:
                raise FileNotFoundError(
                    f'video not found: {(root / name).absolute()} (videos)'
                )
        return [by_name[name] for name in self.videos]

    def _open_video(self, root: Path, name: str) -> Video:
        folder = root / name
        frames = list_frames(folder) if folder.is_dir() else ()
        if not frames:
            raise FileNotFoundError(
                f'no images in {folder.absolute()}, a video that '
                f'{self.ann_file} lists (ann_file)'
            )
        return Video(name, frames)

    def _list_frames(
        self,
        video: Video,
        listed: Collection[str] | None,
        flow_tree: FlowTree | None,
    ) -> list[dict]:
        names = [Path(path).stem for path in video.frame_paths]
        missing = sorted(set(listed or ()) - set(names))
        if missing:
            raise FileNotFoundError(
                f'no image {missing[0]} in '
                f'{Path(video.frame_paths[0]).parent.absolute()}, a frame '
                f'that {self.ann_file} lists (ann_file)'
            )
        masks = self._find_masks(video)
        flows: dict[int, dict[str, str]] = {}
        if flow_tree is not None:
            flows = flow_tree.find(self.gaps, video.video_id, names)
        frames = []
        for index, name in enumerate(names):
            neighbours = {
                gap: video.frame_paths[index + gap]
                for gap in self.gaps if 0 <= index + gap < len(video)
            }
            flow_paths = {
                gap: flows[gap][name]
                for gap in neighbours if name in flows.get(gap, {})
            }
            return_paths = {
                gap: flows[-gap][names[index + gap]]
                for gap in flow_paths
                if names[index + gap] in flows.get(-gap, {})
            }
            offered = neighbours if flow_tree is None else flow_paths
            frames.append(
                dict(
                    video_id=video.video_id,
                    frame_id=name,
                    frame_index=index,
                    num_frames=len(video),
                    img_path=video.frame_paths[index],
                    neighbours=neighbours,
                    flow_paths=flow_paths,
                    return_flow_paths=return_paths,
                    flow_size=None if flow_tree is None else flow_tree.size,
                    available_gaps=tuple(offered),
                    mask_path=masks.get(name),
                )
            )
        has_flow = any(frame['flow_paths'] for frame in frames)
        if self.require_flow and flow_tree is not None and not has_flow:
            self._report_no_flow(video, flow_tree)
            return []
        return [
            frame for frame in frames
            if (listed is None or frame['frame_id'] in listed) and
            (frame['mask_path'] is not None or not self.require_mask)
        ]

    def _find_masks(self, video: Video) -> dict[str, str]:
        if 'mask' not in self.data_prefix:
            return {}
        folder = Path(self.data_prefix['mask'], video.video_id)
        if not folder.is_dir():
            # The frames of a single video may lie directly in their folder.
            folder = Path(self.data_prefix['mask'])
        return {Path(path).stem: path for path in list_frames(folder)}

    def _report_no_flow(self, video: Video, flow_tree: FlowTree) -> None:
        folder = str(Path(video.frame_paths[0]).parent.absolute())
        if len(video) <= min(map(abs, self.gaps)):
            error = SampleError(
                f'video {video.video_id} has {len(video)} frame(s), too few '
                f'for flow of the gaps {self.gaps}: {folder}',
                folder,
            )
        else:
            error = MissingFileError(
                f'no flow of the gaps {self.gaps} for video '
                f'{video.video_id} '
                f'{flow_tree.explain_missing(self.gaps, video.video_id)}',
                folder,
            )
        self.report_skipped(error)


def _has_images(root: Path) -> bool:
    if list_frames(root):
        return True
    return any(map(list_frames, list_folders(root).values()))
