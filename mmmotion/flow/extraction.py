"""Extraction of optical flow from videos to files."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mmengine.logging import print_log
from mmengine.utils import import_modules_from_strings

from mmmotion.registry import FLOW_ESTIMATORS

from .atomic import clean_stale_files
from .estimators import FlowEstimator, complete_settings
from .extraction_plan import OutputTree, plan_extraction, short_videos
from .extraction_progress import ExtractionProgress
from .extraction_worker import (
    Chunk,
    ChunkResult,
    FlowWorker,
    run_chunk,
    start_worker,
)
from .frames import Video, check_videos, frame_size
from .layout import flow_root
from .meta import make_meta, record_meta
from .process_pool import run_in_processes

FLOW_FORMATS = {'npy16': '.npy', 'flo': '.flo', 'png16': '.png'}
"""Suffix by name of the file format."""

_MAX_NAMED = 10


@dataclass(frozen=True)
class ExtractionSettings:
    """Which flows to make and how.

    Attributes:
        estimator: Name or config dict of the estimator.
        gaps: Signed distances between the frames of a pair.
        file_format: ``'npy16'``, ``'flo'`` or ``'png16'``.
        size: (H, W) to which frames are resized before estimation; the flow
            is stored at that size, in pixels of that size. None: the size of
            the frames.
        name: Folder below ``Flows``; the estimator's short name if None.
        on_error: ``'raise'``, or ``'skip'`` to count pairs that cannot be
            computed and go on.
        plugins: Modules that register estimators of third parties.
        device: Where the estimator computes, ``'cpu'`` or ``'cuda:0'``. Not
            noted beside the flows, which do not depend on it.
        batch_size: Number of pairs that the estimator gets at once.

    Raises:
        ValueError: If a value is none of the above.
    """

    estimator: str | Mapping = 'dis'
    gaps: tuple[int, ...] = (1, -1, 2, -2)
    file_format: str = 'npy16'
    size: tuple[int, int] | None = None
    name: str | None = None
    on_error: str = 'raise'
    plugins: tuple[str, ...] = ()
    device: str = 'cpu'
    batch_size: int = 1

    def __post_init__(self) -> None:
        if 0 in self.gaps or len(set(self.gaps)) != len(self.gaps):
            raise ValueError(
                'expected gaps to be different numbers other than 0, got '
                f'{self.gaps}'
            )
        if self.file_format not in FLOW_FORMATS:
            raise ValueError(
                f'expected file_format to be one of {list(FLOW_FORMATS)}, '
                f'got {self.file_format!r}'
            )
        if self.size is not None and min(self.size) < 1:
            raise ValueError(
                f'expected size to be a positive (H, W), got {self.size}'
            )
        if self.batch_size < 1:
            raise ValueError(
                f'expected batch_size above 0, got {self.batch_size}'
            )
        if self.on_error not in ('raise', 'skip'):
            raise ValueError(
                "expected on_error to be 'raise' or 'skip', got "
                f'{self.on_error!r}'
            )


@dataclass
class ExtractionSummary:
    """What an extraction did; counts are flow files of this shard.

    Attributes:
        root: Folder of the flows.
        num_written: New files.
        num_existing: Files that were there and whole.
        num_skipped: Flows that could not be computed.
        short_videos: All videos with too few frames for one of the gaps.
        errors: Why flows were skipped, each reason once.
    """

    root: Path
    num_written: int = 0
    num_existing: int = 0
    num_skipped: int = 0
    short_videos: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f'{self.root}: {self.num_written} flows written, '
            f'{self.num_existing} already there, {self.num_skipped} skipped; '
            f'{len(self.short_videos)} videos too short for a gap'
        )


def extract_flow(
    videos: Sequence[Video],
    data_root: str | Path,
    settings: ExtractionSettings | None = None,
    num_workers: int = 0,
    shard: tuple[int, int] = (0, 1),
    show_progress: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> ExtractionSummary:
    """Compute the flows of videos and store them.

    Can be killed at any moment and started again: a file appears only when
    it is whole, and those that exist are kept. The last n frames of a video
    have no flow of gap +n, the first n none of gap -n.

    Args:
        videos: The videos, all of them for every shard.
        data_root: Where ``Flows/<name>/gap<+-n>/<video>/<frame>`` go.
        settings: What to make and how.
        num_workers: Number of worker processes, 0 for none.
        shard: (i, n): do the i-th of n equal parts, counted from 0.
        show_progress: Show a progress bar with the time left.
        on_progress: Told how many more flows there are, old ones first.

    Returns:
        Counts of what was done.

    Raises:
        FileNotFoundError: If a frame does not exist.
        ValueError: If names clash, a frame is damaged or of another size
            than the first one of its video, the estimator fails, or the tree
            holds flows that were made in another way.
        RuntimeError: If a worker process dies.
    """
    settings = settings or ExtractionSettings()
    _check_work(videos, num_workers, shard)
    estimator, config = _build_estimator(settings)
    name = settings.name or estimator.name
    tree = OutputTree(str(data_root), name, FLOW_FORMATS[settings.file_format])
    summary = ExtractionSummary(flow_root(data_root, name))
    sizes = _frame_sizes(videos, settings.on_error == 'skip', summary)
    meta = _describe(settings, config, estimator, sizes)
    record_meta(data_root, name, meta)
    _warn_short_videos(videos, settings.gaps, summary)
    clean_stale_files(summary.root)
    plan = plan_extraction(
        videos, tree, settings.gaps, sizes, shard, max(1, num_workers)
    )
    summary.num_existing = plan.num_existing
    tell = on_progress or (lambda num: None)
    tell(plan.num_existing)
    with ExtractionProgress(plan.num_pairs, show_progress) as progress:
        for result in _run(plan.chunks, settings, estimator, num_workers):
            _add_result(summary, result)
            num_done = result.num_written + result.num_skipped
            progress.advance(num_done)
            tell(num_done)
    # Workers of a run that was killed just before may have lived on a moment.
    clean_stale_files(summary.root)
    return summary


def _check_work(
    videos: Sequence[Video], num_workers: int, shard: tuple[int, int]
) -> None:
    if num_workers < 0:
        raise ValueError(f'expected num_workers >= 0, got {num_workers}')
    if not 0 <= shard[0] < shard[1]:
        raise ValueError(f'expected shard (i, n) with 0 <= i < n, got {shard}')
    check_videos(videos)


def _build_estimator(
    settings: ExtractionSettings
) -> tuple[FlowEstimator, dict]:
    """The estimator and its complete config."""
    import_modules_from_strings(list(settings.plugins))
    config = complete_settings(settings.estimator)
    estimator = FLOW_ESTIMATORS.build(dict(config))
    estimator.to(settings.device)
    return estimator, config


def _describe(
    settings: ExtractionSettings,
    config: dict,
    estimator: FlowEstimator,
    sizes: Mapping[str, tuple[tuple[int, int], str]],
) -> dict:
    """What the flows are made of and how."""
    return make_meta(
        config,
        estimator.provenance(),
        settings.size,
        settings.file_format,
        [size for size, _ in sizes.values()],
    )


def _run(
    chunks: Sequence[Chunk],
    settings: ExtractionSettings,
    estimator: FlowEstimator,
    num_workers: int,
) -> Iterator[ChunkResult]:
    how = (settings.size, settings.on_error == 'skip', settings.batch_size)
    if num_workers == 0 or not chunks:
        worker = FlowWorker(estimator, *how)
        yield from map(worker.run, chunks)
        return
    estimator.to('cpu')  # each worker has its own
    yield from run_in_processes(
        run_chunk,
        chunks,
        num_workers,
        start_worker,
        (settings.estimator, settings.plugins, settings.device, *how),
    )


def _frame_sizes(
    videos: Sequence[Video], skip_errors: bool, summary: ExtractionSummary
) -> dict[str, tuple[tuple[int, int], str]]:
    """Size of the first readable frame of each video, and its path."""
    sizes = {}
    for video in videos:
        for path in video.frame_paths:
            try:
                sizes[video.video_id] = (frame_size(path), path)
            except (OSError, ValueError) as error:
                if not skip_errors:
                    raise
                _add_error(summary, str(error))
            else:
                break
    return sizes


def _warn_short_videos(
    videos: Sequence[Video], gaps: Sequence[int], summary: ExtractionSummary
) -> None:
    missing = short_videos(videos, gaps)
    summary.short_videos = list(missing)
    if not missing:
        return
    lengths = {video.video_id: len(video) for video in videos}
    named = [
        f'{video_id} (frames: {lengths[video_id]}, no flow of gaps '
        f'{", ".join(f"{gap:+d}" for gap in gaps)})'
        for video_id, gaps in list(missing.items())[:_MAX_NAMED]
    ]
    more = len(missing) - len(named)
    print_log(
        'videos too short for a gap: ' + ', '.join(named) +
        (f' and {more} more' if more else ''),
        'current',
        logging.WARNING,
    )


def _add_result(summary: ExtractionSummary, result: ChunkResult) -> None:
    summary.num_written += result.num_written
    summary.num_skipped += result.num_skipped
    for error in result.errors:
        _add_error(summary, error)


def _add_error(summary: ExtractionSummary, error: str) -> None:
    if error not in summary.errors:
        summary.errors.append(error)
        print_log(f'skipped: {error}', 'current', logging.WARNING)
