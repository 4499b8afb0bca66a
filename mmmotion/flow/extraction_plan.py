"""Which flows are still to be made, and in which portions."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .extraction_worker import Chunk, Pair
from .frames import Video
from .io import is_whole
from .layout import flow_path

_MIN_CHUNK = 4
_MAX_CHUNK = 32
_CHUNKS_PER_WORKER = 4


@dataclass(frozen=True)
class OutputTree:
    """The tree into which flows go.

    Attributes:
        data_root: Folder of the data set.
        name: Folder below ``Flows``.
        suffix: Suffix of the files.
    """

    data_root: str
    name: str
    suffix: str

    def path(self, video: Video, source: int, gap: int) -> Path:
        """File of the flow of one frame and gap."""
        frame = Path(video.frame_paths[source]).stem
        return flow_path(
            self.data_root, self.name, gap, video.video_id, frame, self.suffix
        )


@dataclass(frozen=True)
class ExtractionPlan:
    """The work of one shard.

    Attributes:
        chunks: What is still to be done.
        num_existing: Flows that are there and whole.
    """

    chunks: tuple[Chunk, ...]
    num_existing: int

    @property
    def num_pairs(self) -> int:
        """Number of flows that are still to be made."""
        return sum(len(chunk.pairs) for chunk in self.chunks)


def plan_extraction(
    videos: Sequence[Video],
    tree: OutputTree,
    gaps: Sequence[int],
    frame_sizes: Mapping[str, tuple[tuple[int, int], str]],
    shard: tuple[int, int] = (0, 1),
    num_workers: int = 1,
) -> ExtractionPlan:
    """List the missing flows of a shard in chunks of neighbouring frames.

    The frames of all videos, one after the other, are cut into equal
    stretches, one per shard. The cut does not depend on what exists or on
    the number of workers, so shards that start at different times do not
    overlap.

    Args:
        videos: All videos, also those of other shards.
        tree: Where the flows go.
        gaps: Signed distances between the frames of a pair.
        frame_sizes: By video (H, W) and the frame that has it; a video
            without a readable frame is missing.
        shard: (i, n): the i-th of n shards.
        num_workers: Processes that share the work.
    """
    planned = []
    num_existing = 0
    for video, sources in _shard_frames(videos, *shard):
        for source in sources:
            pairs = list(_pairs(video, source, gaps, tree))
            missing = [pair for pair in pairs if not is_whole(pair.path)]
            num_existing += len(pairs) - len(missing)
            if missing:
                planned.append((video, missing))
    length = math.ceil(len(planned) / (_CHUNKS_PER_WORKER * num_workers))
    length = min(max(length, _MIN_CHUNK), _MAX_CHUNK)
    chunks = []
    for video, group in _group(planned, length):
        size, size_source = frame_sizes.get(video.video_id, (None, ''))
        used = sorted({
            p
            for pair in group
            for p in (pair.source, pair.target)
        })
        frame_paths = {
            position: video.frame_paths[position]
            for position in used
        }
        chunks.append(Chunk(frame_paths, tuple(group), size, size_source))
    return ExtractionPlan(tuple(chunks), num_existing)


def short_videos(videos: Sequence[Video],
                 gaps: Sequence[int]) -> dict[str, list[int]]:
    """Find videos that have too few frames for a gap.

    Args:
        videos: The videos.
        gaps: Signed distances between the frames of a pair.

    Returns:
        By video the gaps for which it has no flow.
    """
    missing = {
        video.video_id: [gap for gap in gaps if abs(gap) >= len(video)]
        for video in videos
    }
    return {video_id: gaps for video_id, gaps in missing.items() if gaps}


def _shard_frames(videos: Sequence[Video], index: int,
                  num_shards: int) -> Iterator[tuple[Video, range]]:
    total = sum(len(video) for video in videos)
    start = total * index // num_shards
    stop = total * (index + 1) // num_shards
    offset = 0
    for video in videos:
        first = max(start - offset, 0)
        last = min(stop - offset, len(video))
        if first < last:
            yield video, range(first, last)
        offset += len(video)


def _pairs(video: Video, source: int, gaps: Sequence[int],
           tree: OutputTree) -> Iterator[Pair]:
    for gap in gaps:
        if 0 <= source + gap < len(video):
            path = tree.path(video, source, gap)
            yield Pair(source, source + gap, str(path))


def _group(planned: Sequence[tuple[Video, list[Pair]]],
           length: int) -> Iterator[tuple[Video, list[Pair]]]:
    """Join up to ``length`` entries in a row that are of one video."""
    start = 0
    for end in range(1, len(planned) + 1):
        video = planned[start][0]
        is_last = end == len(planned) or planned[end][0] is not video
        if is_last or end - start == length:
            yield video, [p for _, pairs in planned[start:end] for p in pairs]
            start = end
