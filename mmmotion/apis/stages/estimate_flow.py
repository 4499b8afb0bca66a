"""Stage 2: the flow between the frames, as a tree of files."""

import errno
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmmotion.flow import ExtractionSettings, Video, extract_flow, flow_path
from mmmotion.flow.estimators import complete_settings
from mmmotion.flow.estimators.network_flow_estimator import (
    NetworkFlowEstimator,
)
from mmmotion.flow.work_share import count_cores
from mmmotion.registry import FLOW_ESTIMATORS

from ..work_folder import VIDEO_ID, WorkFolder
from .decode import Frames
from .progress import StageProgress

STAGE = 'flow'
NAME = 'flow'
_BYTES_PER_VALUE = 2
# A process takes seconds to start, in which one alone makes that many.
_MIN_PAIRS_PER_WORKER = 300


def estimate_flow(
    frames: Frames,
    work: WorkFolder,
    estimator: Mapping[str, Any],
    gaps: Sequence[int],
    device: str,
    num_workers: int | None,
    plugins: Sequence[str],
    progress: StageProgress,
) -> None:
    """Compute the flows that a method reads; nothing for a single frame.

    Args:
        frames: The frames.
        work: Folder of the run.
        estimator: Config of the estimator.
        gaps: Signed distances between the frames of a pair.
        device: Where a network computes.
        num_workers: Number of processes; None takes as many as are worth it.
        plugins: Modules that register estimators of third parties.
        progress: Told about every flow.

    Raises:
        OSError: If there is not enough space for the flows.
    """
    settings = dict(estimator=complete_settings(estimator), gaps=list(gaps))
    work.begin(STAGE, settings)
    if work.facts(STAGE) is not None or len(frames) < 2:
        return
    root = work.folder(STAGE)
    paths = tuple(str(frames.path(i)) for i in range(len(frames)))
    total = sum(max(0, len(frames) - abs(gap)) for gap in gaps)
    size = frames.work_size
    _check_space(root, total * size[0] * size[1] * 2 * _BYTES_PER_VALUE)
    is_network = _is_network(estimator)
    if num_workers is None:
        num_workers = 0 if is_network else _choose_workers(total)
    usable = tuple(gap for gap in gaps if abs(gap) < len(frames))
    with progress.stage(STAGE, total) as advance:
        extract_flow(
            [Video(VIDEO_ID, paths)],
            root,
            ExtractionSettings(
                estimator=estimator,
                gaps=usable,
                name=NAME,
                plugins=tuple(plugins),
                device=device if is_network else 'cpu',
            ),
            num_workers,
            on_progress=advance,
        )
    work.finish(STAGE, {})


def find_flow(work: WorkFolder, index: int, gap: int) -> str:
    """File of the flow of a frame, which need not exist.

    Args:
        work: Folder of the run.
        index: Position of the frame.
        gap: Signed distance to the other frame.
    """
    return str(
        flow_path(work.folder(STAGE), NAME, gap, VIDEO_ID, f'{index:06d}')
    )


def _is_network(estimator: Mapping[str, Any]) -> bool:
    name = complete_settings(estimator)['type']
    kind = FLOW_ESTIMATORS.get(name)
    return isinstance(kind, type) and issubclass(kind, NetworkFlowEstimator)


def _choose_workers(num_pairs: int) -> int:
    useful = min(count_cores(), num_pairs // _MIN_PAIRS_PER_WORKER)
    return useful if useful > 1 else 0


def _check_space(root: Path, num_bytes: int) -> None:
    """Refuse to begin what cannot end; flows that are there count."""
    root.mkdir(parents=True, exist_ok=True)
    missing = num_bytes - sum(
        path.stat().st_size for path in root.rglob('*.npy')
    )
    free = shutil.disk_usage(root).free
    if free < missing:
        raise OSError(
            errno.ENOSPC,
            f'the flows need {missing / 1e9:.1f} GB, but there are only '
            f'{free / 1e9:.1f} GB free',
            str(root),
        )
