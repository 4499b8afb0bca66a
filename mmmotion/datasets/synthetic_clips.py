"""Synthetic clips on disk, with whole objects in order of depth."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmmotion.registry import DATASETS

from .folders import check_folder
from .video_seg_dataset import VideoSegDataset

_MASK_FOLDER = 'Annotations'


@DATASETS.register_module()
class SyntheticClips(VideoSegDataset):
    """Clips as OCLR's release has them and ``generate_synthetic.py`` writes.

    ::

        <data_root>/
            JPEGImages/<n>_<clip>/<frame>.jpg
            AmodalAnnotations/<n>_<clip>/<k>_<frame>.png     k = 1 ... n
            Flows_gap1/<n>_<clip>/<frame>.flo                also gap-1
            Annotations/<n>_<clip>/<frame>.png               if there are
            Visibility_gap1/<n>_<clip>/<frame>.png           if there are

    The name of a clip begins with its number of objects. An object's whole
    shape, hidden parts included, is white on black; object 1 is the one at
    the back and object n the nearest. The released Syn-train and Syn-val
    stop here: what is visible follows from the whole shapes. Our generator
    adds it, labels k in a palette picture, because something that is no
    object may be in front of all of them, and the pixels that are also seen
    where the flow leads. ``LoadLayers`` reads all of these.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022.

    Args:
        data_root: Folder from which relative paths start.
        data_prefix: Folders that replace those above; ``amodal`` is that of
            the whole shapes, ``mask=None`` leaves ``Annotations`` out.
        gaps: Signed gaps to offer.
        flow_layout: Layout of the tree of flows. With ``'mmmotion'`` and a
            ``flow_estimator`` those of ``tools/extract_flow.py`` are read.
        **kwargs: See :class:`VideoSegDataset`.

    Raises:
        FileNotFoundError: If a folder does not exist, or a frame lacks the
            mask of an object.
        ValueError: If the name of a clip does not begin with a number of
            objects.
    """

    def __init__(
        self,
        data_root: str = '',
        data_prefix: Mapping[str, str | None] | None = None,
        gaps: Sequence[int] = (1, -1),
        flow_layout: str = 'mg',
        **kwargs: Any,  # those of VideoSegDataset
    ) -> None:
        prefix = dict(data_prefix or {})
        if Path(data_root, _MASK_FOLDER).is_dir():
            prefix.setdefault('mask', _MASK_FOLDER)
        amodal = prefix.pop('amodal', None) or 'AmodalAnnotations'
        self.amodal_folder = os.path.join(data_root, amodal)
        super().__init__(
            data_root=data_root,
            data_prefix=prefix,
            gaps=gaps,
            flow_layout=flow_layout,
            **kwargs,
        )

    def load_data_list(self) -> list[dict]:
        """List the frames, clip by clip in temporal order."""
        frames = super().load_data_list()
        check_folder(self.amodal_folder, "data_prefix['amodal']")
        listed: dict[str, set[str]] = {}
        for frame in frames:
            video_id, neighbours = frame['video_id'], frame['neighbours']
            if video_id not in listed:
                listed[video_id] = self._list_masks(video_id)
            frame['amodal_paths'] = self._find_amodal(frame, listed[video_id])
            frame['visible_paths'] = {
                gap: self._find_visible(video_id, frame['img_path'], gap)
                for gap in frame['available_gaps']
            }
            frame['return_visible_paths'] = {
                gap: self._find_visible(video_id, neighbours[gap], -gap)
                for gap in frame['return_flow_paths']
            }
        return frames

    def _list_masks(self, video_id: str) -> set[str]:
        folder = os.path.join(self.amodal_folder, video_id)
        check_folder(folder, "data_prefix['amodal']")
        return set(os.listdir(folder))

    def _find_amodal(self, frame: dict, listed: set[str]) -> tuple[str, ...]:
        """Masks of the objects of a frame, from back to front."""
        video_id = frame['video_id']
        if not '1' <= video_id[0] <= '9':
            raise ValueError(
                'expected the name of a clip to begin with its number of '
                f'objects, 1 to 9, got {video_id!r}: '
                f'{Path(frame["img_path"]).parent}'
            )
        names = [
            f'{k + 1}_{frame["frame_id"]}.png'
            for k in range(int(video_id[0]))
        ]
        for name in names:
            if name not in listed:
                path = Path(self.amodal_folder, video_id, name)
                raise FileNotFoundError(
                    f'mask not found: {path.absolute()}, of a clip of '
                    f'{video_id[0]} objects as its name says'
                )
        return tuple(
            os.path.join(self.amodal_folder, video_id, name) for name in names
        )

    def _find_visible(self, video_id: str, img_path: str, gap: int) -> str:
        """Picture of the visible pixels of an image for the gap of a flow."""
        name = os.path.join(video_id, f'{Path(img_path).stem}.png')
        return os.path.join(self.data_root, f'Visibility_gap{gap}', name)
