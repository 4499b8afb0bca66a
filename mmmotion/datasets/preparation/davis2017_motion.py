"""Preparation of DAVIS2017-motion."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from mmmotion.flow.atomic import clean_stale_files, write_atomically
from mmmotion.flow.frames import list_folders, list_frames
from mmmotion.structures import encode_labels

from ..transforms import read_annotation
from .prepared_tree import find_named

_SOURCE = 'Annotations/480p'
_TARGET = 'Annotations_motion/480p'
_VOID = 255

ObjectGroups = Mapping[str, Sequence[Sequence[int]]]
"""Labels of the objects that are one, group by group, for each video."""


@dataclass
class GroupingSummary:
    """What a preparation did.

    Attributes:
        folder: Folder of the annotations.
        objects: Number of objects by video.
        num_annotations: Annotations of all videos.
        num_written: New files.
    """

    folder: Path
    objects: dict[str, int] = field(default_factory=dict)
    num_annotations: int = 0
    num_written: int = 0

    def __str__(self) -> str:
        return (
            f'{self.folder}: {len(self.objects)} videos, '
            f'{sum(self.objects.values())} objects, {self.num_annotations} '
            f'annotations; {self.num_written} files written, '
            f'{self.num_annotations - self.num_written} already there'
        )


def read_groups(path: str | Path) -> ObjectGroups:
    """Read which objects of which video are one.

    Args:
        path: JSON file, a list of groups of labels for each video.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it holds something else, or a label twice.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'file of groups not found: {path.absolute()}')
    try:
        videos = json.loads(path.read_text())
        for name, groups in videos.items():
            labels = [label for group in groups for label in group]
            is_full = labels and all(groups)
            if not is_full or sorted(set(labels)) != sorted(labels):
                raise ValueError(f'the groups of {name} are {groups}')
            if not all(type(label) is int and 0 < label < _VOID
                       for label in labels):  # JSON has true and 1.0, too
                raise ValueError(f'the labels of {name} are {labels}')
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            'expected an object of JSON like {"video": [[1, 2], [3]]}, no '
            f'label twice, got {error}: {path}'
        ) from error
    return videos


def prepare_davis2017_motion(
    source: str | Path,
    groups: ObjectGroups,
    root: str | Path | None = None,
) -> GroupingSummary:
    """Give the objects that move as one the same label.

    ::

        <source>/Annotations/480p/<video>/<frame>.png        DAVIS 2017
        <root>/Annotations_motion/480p/<video>/<frame>.png   written

    The files are PNG with DAVIS's palette. Label 255, which does not count,
    stays. Can be killed at any moment and started again: a file appears only
    when it is whole, and none that exists is written again, so remove the
    folder to make it with other groups.

    Args:
        source: Folder of DAVIS 2017 with the semi-supervised annotations.
        groups: The labels that each new label, from 1 on, stands for.
        root: Folder to write to; the source if None.

    Returns:
        Counts of what was done.

    Raises:
        FileNotFoundError: If a folder or all videos are missing.
        ValueError: If an annotation has a label of no group, is damaged, or
            is one of DAVIS 2016.
    """
    source = Path(source)
    found = find_named(list_folders(source / _SOURCE), list(groups), source)
    folder = Path(root or source) / _TARGET
    clean_stale_files(folder)
    summary = GroupingSummary(folder)
    for video, annotated in found.items():
        table = _table(groups[video])
        paths = list_frames(annotated)
        before = summary.num_written
        for path in paths:
            target = folder / video / f'{Path(path).stem}.png'
            if not target.exists():
                labels = read_annotation(path, with_palette=False)
                if path == paths[0]:
                    _check_first(labels, path)
                labels = group_labels(labels, table, path)
                write_atomically(target, encode_labels(labels))
                summary.num_written += 1
        summary.objects[video] = len(groups[video])
        summary.num_annotations += len(paths)
        print_log(
            f'{video}: {len(groups[video])} objects, {len(paths)} '
            f'annotations, {summary.num_written - before} files written',
            logger='current',
        )
    return summary


def group_labels(
    labels: np.ndarray, table: Mapping[int, int], path: str
) -> np.ndarray:
    """Exchange the labels of an annotation.

    Args:
        labels: (H, W) uint8.
        table: New label by old one.
        path: File of the annotation, for errors.

    Raises:
        ValueError: If a label is not in the table.
    """
    unknown = sorted(set(np.unique(labels).tolist()) - set(table))
    if unknown:
        raise ValueError(
            f'expected the labels {sorted(table)}, got {unknown[0]}: {path} '
            '(the semi-supervised annotations of DAVIS 2017 are needed)'
        )
    exchange = np.zeros(_VOID + 1, np.uint8)
    exchange[list(table)] = list(table.values())
    return exchange[labels]


def _check_first(labels: np.ndarray, path: str) -> None:
    if np.unique(labels[labels > 0]).tolist() == [_VOID]:
        raise ValueError(
            f'expected objects numbered from 1, got the label {_VOID} alone, '
            f'which is the object of DAVIS 2016 but does not count here: '
            f'{path}'
        )


def _table(groups: Sequence[Sequence[int]]) -> dict[int, int]:
    table = {0: 0, _VOID: _VOID}
    for new, group in enumerate(groups, 1):
        table.update(dict.fromkeys(group, new))
    return table
