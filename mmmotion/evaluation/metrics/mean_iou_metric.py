"""Scores of maps of classes: mean IoU over the classes of a data set."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmmotion.evaluation.functional import (
    class_iou,
    class_recall,
    confusion_matrix,
)
from mmmotion.registry import METRICS

from .frame_scores import Scores, as_numpy, require_field
from .result_files import format_table
from .video_metric import FrameRecord, VideoMetric, make_record


@dataclass(frozen=True)
class LabelRecord(FrameRecord):
    """What the metric keeps of one image.

    Attributes:
        confusion: (C, C) pixels by annotated and predicted class.
    """

    confusion: np.ndarray


@METRICS.register_module()
class MeanIoUMetric(VideoMetric):
    """Intersection over union of the classes of a data set, and its mean.

    Pixels are counted over all images before anything is divided, as in the
    development kit of PASCAL VOC. The classes are those that the data set
    names (``metainfo['classes']``), the background among them.

    Results, as floats in [0, 1]: ``mIoU``, the mean over the classes that are
    annotated or predicted anywhere; ``mAcc``, the mean over the annotated
    classes of the share of their pixels that are found; ``aAcc``, the share
    of all pixels that are right. A table of the classes is logged, and
    ``<outfile_prefix>.json`` and ``<outfile_prefix>.csv`` have a row for
    each.

    Source: Everingham et al., "The PASCAL Visual Object Classes Challenge: A
    Retrospective", IJCV 2015, Section 2.2.

    Args:
        ignore_index: Label of annotated pixels that do not count.
        output_dir: Folder for the files; None means beside the log file of
            the running job, and no files where there is none.
        outfile_prefix: Name of the files without suffix.
        prefix: Goes before the names of the results.
    """

    default_prefix = 'semantic'
    annotation = 'gt_sem_seg'

    def __init__(
        self,
        ignore_index: int = 255,
        output_dir: str | None = None,
        outfile_prefix: str = 'mean_iou',
        prefix: str | None = None,
    ) -> None:
        super().__init__('all', output_dir, outfile_prefix, prefix)
        self.ignore_index = ignore_index

    def record(self, sample: Mapping) -> FrameRecord:
        """Count the pixels of ``pred_seg`` against ``gt_sem_seg``.

        Args:
            sample: Prediction as a dictionary.

        Raises:
            ValueError: If a key is missing, the sizes differ, or there are
                labels without a class.
        """
        record = make_record(sample)
        if sample.get('gt_sem_seg') is None:
            return record
        found = as_numpy(require_field(sample, 'pred_seg', record.video_id))
        truth = as_numpy(sample['gt_sem_seg'])
        try:
            matrix = confusion_matrix(
                found, truth, len(self._classes()), self.ignore_index
            )
        except ValueError as error:
            raise ValueError(f'{record.video_id}: {error}') from error
        return LabelRecord(
            video_id=record.video_id,
            frame_id=record.frame_id,
            frame_index=record.frame_index,
            num_frames=record.num_frames,
            scores={},
            confusion=matrix,
        )

    def compute_metrics(self, results: list[FrameRecord]) -> Scores:
        """Add up the pixels of all images, then divide.

        Args:
            results: One record per image.

        Returns:
            Result by name; nothing if no pixel is annotated.
        """
        scored, counts = self.select(results)
        matrices = [r.confusion for r in scored if isinstance(r, LabelRecord)]
        matrix = np.sum(matrices, axis=0)
        if not np.any(matrix):  # no image, or every pixel is ignored
            return {}
        ious, recalls = class_iou(matrix), class_recall(matrix)
        scores = dict(
            mIoU=float(np.nanmean(ious)),
            mAcc=float(np.nanmean(recalls)),
            aAcc=float(matrix.diagonal().sum() / matrix.sum()),
        )
        rows = {
            name: dict(
                IoU=_known(iou), acc=_known(recall), pixels=int(pixels)
            )
            for name, iou, recall, pixels in
            zip(self._classes(), ious, recalls, matrix.sum(axis=1))
        }
        self.publish(
            _table(rows, scores),
            dict(
                num_images=counts['num_frames'],
                num_unannotated=counts['num_unannotated'],
                **scores,
            ),
            rows,
            'label',
        )
        return scores

    def convention(self) -> dict[str, Any]:
        """What has to stand beside a number to compare it (any JSON type)."""
        return dict(
            size='annotation',
            num_classes=len(self._classes()),
            ignore_index=self.ignore_index,
            average='class',
        )

    def _classes(self) -> tuple[str, ...]:
        classes = (self.dataset_meta or {}).get('classes')
        if not classes:
            raise ValueError(
                'MeanIoUMetric needs the names of the classes: the data set '
                "has no metainfo 'classes'"
            )
        return tuple(classes)


def _known(value: float) -> float | None:
    """Return a score, or None for one that no pixel decides."""
    return None if math.isnan(value) else float(value)


def _table(rows: Mapping[str, Mapping], scores: Scores) -> str:

    def text(score: float | None) -> str:
        """Three digits, or a dash where there is no score."""
        return '-' if score is None else f'{score:.3f}'

    cells = [[name,
              text(row['IoU']),
              text(row['acc']),
              str(row['pixels'])] for name, row in rows.items()]
    pixels = sum(row['pixels'] for row in rows.values())
    return format_table(
        ['class', 'IoU', 'acc', 'pixels'],
        cells,
        ['mean',
         text(scores['mIoU']),
         text(scores['mAcc']),
         str(pixels)],
    )
