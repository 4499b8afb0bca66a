"""Where flow files lie."""

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from .io import FLOW_SUFFIXES

LAYOUTS = ('mmmotion', 'mg', 'rcf')
"""Trees that :func:`find_flow_files` can read."""


def flow_root(data_root: str | Path, estimator: str = 'dis') -> Path:
    """Folder of all flows of one estimator.

    Args:
        data_root: Folder of the data set.
        estimator: Name of the estimator's folder.
    """
    return Path(data_root) / 'Flows' / estimator


def flow_path(
    data_root: str | Path,
    estimator: str,
    gap: int,
    video: str,
    frame: str,
    suffix: str = '.npy',
) -> Path:
    """File of one flow in the toolbox's own tree.

    ``<data_root>/Flows/<estimator>/gap<+-n>/<video>/<frame><suffix>`` holds
    the flow from the frame to the one ``gap`` frames later (earlier, if
    negative).

    Args:
        data_root: Folder of the data set.
        estimator: Name of the estimator's folder.
        gap: Signed distance in frames, not 0.
        video: Name of the video, which may hold slashes.
        frame: Name of the frame that the flow starts from, without suffix.
        suffix: Suffix of the file, with its dot.

    Raises:
        ValueError: If the gap is 0.
    """
    folder = flow_folder(data_root, gap, video, estimator=estimator)
    return folder / f'{frame}{suffix}'


def find_flow_files(
    data_root: str | Path,
    gap: int,
    video: str,
    layout: str = 'mmmotion',
    estimator: str = 'dis',
    resolution: str = '',
    frame_ids: Sequence[str] | None = None,
) -> dict[str, str]:
    """List the flows of one video and gap by the frame they start from.

    =========  ==========================================================
    layout     tree below ``data_root``
    =========  ==========================================================
    mmmotion   ``Flows/<estimator>/gap+1/<video>/<frame>.<ext>``
    mg         ``Flows_gap1/[<resolution>/]<video>/<frame>.<ext>``, also
               GWM and OCLR; backward is ``Flows_gap-1``
    rcf        ``Flows_NewCT/[<resolution>/]<video>/<second frame>.<ext>``
               and ``BackwardFlows_NewCT``; neighbouring frames only
    =========  ==========================================================

    Args:
        data_root: Folder of the data set.
        gap: Signed distance in frames, not 0.
        video: Name of the video.
        layout: One of :data:`LAYOUTS`.
        estimator: Name of the estimator's folder; for ``'mmmotion'``.
        resolution: Folder between gap and video, such as ``'1080p'``; for
            the others.
        frame_ids: Names of all frames of the video in temporal order. RCF
            names a forward flow after its *second* frame, so ``'rcf'`` needs
            them for gap 1.

    Returns:
        Path by name of the frame that the flow starts from, in the order of
        the names; empty if the video has no folder.

    Raises:
        ValueError: If the layout is unknown or does not have the gap, frame
            names are missing, or one flow exists in two formats.
    """
    if layout not in LAYOUTS:
        raise ValueError(
            f'expected the layout to be one of {LAYOUTS}, got {layout!r}'
        )
    found = _list_flows(
        flow_folder(data_root, gap, video, layout, estimator, resolution)
    )
    if layout == 'rcf' and gap == 1:
        return _name_by_first(found, frame_ids)
    return found


def flow_folder(
    data_root: str | Path,
    gap: int,
    video: str,
    layout: str = 'mmmotion',
    estimator: str = 'dis',
    resolution: str = '',
) -> Path:
    """Folder of the flows of one video and gap, see :func:`find_flow_files`.

    Args:
        data_root: Folder of the data set.
        gap: Signed distance in frames, not 0.
        video: Name of the video.
        layout: One of :data:`LAYOUTS`.
        estimator: Name of the estimator's folder; for ``'mmmotion'``.
        resolution: Folder between gap and video; for the others.

    Raises:
        ValueError: If the layout does not have the gap.
    """
    gap = _nonzero(gap)
    if layout == 'mmmotion':
        return flow_root(data_root, estimator) / f'gap{gap:+d}' / video
    top = f'Flows_gap{gap}'
    if layout == 'rcf':
        if abs(gap) != 1:
            raise ValueError(
                f'the rcf layout has gaps 1 and -1 only, got {gap}'
            )
        top = 'Flows_NewCT' if gap == 1 else 'BackwardFlows_NewCT'
    return Path(data_root, top, resolution, video)


def _name_by_first(by_second: dict[str, str],
                   frame_ids: Sequence[str] | None) -> dict[str, str]:
    if frame_ids is None:
        raise ValueError(
            'the rcf layout needs frame_ids for gap 1, because its files are '
            'named after the second frame'
        )
    return {
        first: by_second[second]
        for first, second in pairwise(frame_ids) if second in by_second
    }


def _list_flows(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    if not folder.is_dir():
        return found
    for name in sorted(os.listdir(folder)):
        stem, suffix = os.path.splitext(name)
        if suffix not in FLOW_SUFFIXES or name.startswith('.'):
            continue
        if stem in found:
            raise ValueError(
                f'two files for one flow: {found[stem]} and {folder / name}'
            )
        found[stem] = str(folder / name)
    return found


def _nonzero(gap: int) -> int:
    if gap == 0:
        raise ValueError('expected a gap other than 0')
    return gap
