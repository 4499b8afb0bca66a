"""What every data set of the toolbox shares."""

import copy
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mmengine.dataset import BaseDataset
from mmengine.logging import print_log

from mmmotion.registry import TRANSFORMS
from mmmotion.structures import split_into_clips

from .draw import FrameDraw
from .errors import BrokenFiles, SampleError


def is_label(key: str) -> bool:
    """Tell whether a key of a sample names an annotation or where it is."""
    return key.startswith('gt_') or key in (
        'mask_path', 'amodal_paths', 'visible_paths', 'return_visible_paths',
        'motion_label'
    )


class BaseMotionDataset(BaseDataset):
    """Frames of videos, listed video by video in temporal order.

    Subclasses implement ``load_data_list``. Every entry has ``video_id``,
    ``frame_id``, ``frame_index``, ``num_frames`` and ``available_gaps``;
    what else it has depends on the transforms that read it. This class adds
    ``sample_idx``, ``draw``, ``seed`` and, if a sampler chose them,
    ``gaps``, before the pipeline runs; and ``clip``, see ``clip_length``.

    Args:
        gaps: Signed frame gaps for which flow is offered.
        pipeline: Transforms or their configs.
        on_error: What a ``SampleError`` of the pipeline does. ``'raise'``
            lets it pass. ``'skip'`` logs it once per file, counts it in
            ``num_skipped`` and takes the next readable frame of the same
            video instead, or the previous one, or one of another video; also
            in test mode, where metrics drop frames that come twice.
        clip_length: Frames T of a clip; None makes samples of one frame.
            With it, ``clip`` holds the entries of T successive listed frames
            of the video, for ``TransformClip``. Drawing all frames of a video
            draws each of its clips as often, up to rounding; the last frame
            of a video that is too short is repeated.
        **kwargs: Further arguments of mmengine's ``BaseDataset``.

    Raises:
        ValueError: If a gap is 0 or named twice, ``on_error`` is unknown, or
            ``clip_length`` is below 1.
    """

    METAINFO: dict = dict(classes=('background', 'object'))

    def __init__(
        self,
        gaps: Sequence[int] = (),
        pipeline: Sequence[dict | Callable] = (),
        on_error: str = 'raise',
        clip_length: int | None = None,
        **kwargs: Any,  # whatever the installed mmengine accepts
    ) -> None:
        self.gaps = tuple(int(gap) for gap in gaps)
        if 0 in self.gaps or len(set(self.gaps)) < len(self.gaps):
            raise ValueError(
                'expected gaps to be different numbers other than 0, '
                f'got {self.gaps}'
            )
        if on_error not in ('raise', 'skip'):
            raise ValueError(
                f"expected on_error to be 'raise' or 'skip', got {on_error!r}"
            )
        if clip_length is not None and clip_length < 1:
            raise ValueError(
                f'clip_length must be at least 1, got {clip_length}'
            )
        self.on_error = on_error
        self.clip_length = clip_length
        self._is_unlabelled = False
        self._broken = BrokenFiles() if on_error == 'skip' else None
        # Built here, not by mmengine, so that names resolve in our registry
        # even if no default scope was set.
        transforms = [
            TRANSFORMS.build(step) if isinstance(step, dict) else step
            for step in pipeline
        ]
        super().__init__(pipeline=transforms, **kwargs)

    @property
    def num_skipped(self) -> int:
        """Number of different files that were skipped so far."""
        return 0 if self._broken is None else len(self._broken)

    def unlabelled_subset(self, indices: Sequence[int]) -> 'BaseMotionDataset':
        """Copy some frames of the data set, without any way to annotations.

        Entries of the copy have none of the keys that :func:`is_label` names.

        Args:
            indices: Frames to take over, in this order.
        """
        self.full_init()
        # Not by "get_subset", whose copies share one memo in all calls, so
        # that the address of a deleted object may stand for a new one.
        subset = copy.copy(self)
        subset.pipeline = copy.deepcopy(self.pipeline)  # with its own caches
        subset.get_subset_(list(indices))
        subset._is_unlabelled = True
        return subset

    def get_data_info(self, idx: int) -> dict:
        """Return one entry."""
        info = super().get_data_info(idx)
        if not self._is_unlabelled:
            return info
        return {k: value for k, value in info.items() if not is_label(k)}

    def prepare_data(self, idx: int) -> Any:
        """Run the pipeline on one frame.

        Args:
            idx: A plain index, which counts as its own draw with seed 0, or
                a ``FrameDraw``.

        Returns:
            What the pipeline returns.
        """
        draw = FrameDraw.wrap(idx)
        results = self.get_data_info(int(draw))
        results.update(sample_idx=int(draw), draw=draw.draw, seed=draw.seed)
        if draw.gaps is not None:
            results['gaps'] = draw.gaps
        if self.clip_length is not None:
            results['clip'] = [
                self.get_data_info(i) for i in self._list_clip(int(draw))
            ]
        return self.pipeline(results)

    def _list_clip(self, index: int) -> list[int]:
        """Frames of the clip that the draw of one frame stands for."""
        assert self.clip_length is not None
        first, end = self._find_span(index)
        num_clips = max(1, end - first - self.clip_length + 1)
        start = first + (index - first) * num_clips // (end - first)
        num_frames = min(self.clip_length, end - start)
        (clip, ) = split_into_clips(num_frames, self.clip_length)
        return [start + position for position in clip]

    def _find_span(self, index: int) -> tuple[int, int]:
        """First frame of the video of a frame, and the end of the video."""
        video_id = self.get_data_info(index)['video_id']
        first, end = index, index + 1
        while end < len(self) and self._is_in(end, video_id):
            end += 1
        while first > 0 and self._is_in(first - 1, video_id):
            first -= 1
        return first, end

    def __getitem__(self, idx: int) -> Any:
        """Return one sample after the pipeline.

        Raises:
            IndexError: If the index is outside the data set.
            SampleError: If the sample is broken and ``on_error='raise'``, or
                if no sample of the data set can be read.
        """
        self.full_init()
        if not -len(self) <= idx < len(self):
            raise IndexError(
                f'index {int(idx)} is out of range for {len(self)} frames'
            )
        draw = FrameDraw.wrap(idx % len(self))
        for candidate in self._candidates(draw):
            try:
                data = self.prepare_data(candidate)
            except SampleError as error:
                if self._broken is None:
                    raise
                self.report_skipped(error)
                continue
            if data is not None:
                return data
            if self.test_mode:
                raise ValueError(
                    'a transform of a test pipeline returned None for frame '
                    f'{int(candidate)}'
                )
        raise SampleError(
            f'no frame of {type(self).__name__} could be read '
            f'(data_root={self.data_root!r})'
        )

    def report_skipped(self, error: SampleError) -> None:
        """Count a broken file and log it the first time."""
        if self._broken is None:
            raise error
        if self._broken.add(error.path or str(error)):
            print_log(
                f'skipped (broken file number {self.num_skipped}): {error}',
                logger='current',
                level=logging.WARNING,
            )

    def _candidates(self, draw: FrameDraw) -> Iterator[FrameDraw]:
        """Yield the frame itself, then those that may stand in for it."""
        yield draw
        # Every frame is its own neighbour.
        wanted = set(draw.gaps or ()) - {0}
        for index in self._stand_ins(int(draw)):
            if wanted <= set(self._offered_gaps(index)):
                yield draw.at(index)

    def _offered_gaps(self, index: int) -> Sequence[int]:
        return self.get_data_info(index).get('available_gaps', ())

    def _stand_ins(self, index: int) -> Iterator[int]:
        """Yield all other frames, those of the same video first."""
        first, end = self._find_span(index)
        yield from range(index + 1, end)
        yield from range(index - 1, first - 1, -1)
        for other in range(end, first + len(self)):
            yield other % len(self)

    def _is_in(self, index: int, video_id: str) -> bool:
        return self.get_data_info(index)['video_id'] == video_id
