"""Scores of still images: accuracy, IoU, F-measure and absolute error."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmmotion.evaluation.functional import (
    PROBABILITY_THRESHOLDS,
    adaptive_f_beta,
    f_beta,
    foreground_probability,
    image_iou,
    mean_absolute_error,
    pixel_accuracy,
    precision_recall_above,
    precision_recall_levels,
    stretch,
)
from mmmotion.registry import METRICS

from .frame_scores import (
    Scores,
    annotated_foreground,
    as_numpy,
    require_field,
)
from .result_files import format_table
from .video_metric import FrameRecord, VideoMetric, check_choice, make_record

_SCORES = ('acc', 'IoU', 'adaptive_F', 'F', 'MAE')
_COLUMNS = ('acc', 'IoU', 'max_F', 'mean_F', 'adaptive_F', 'F', 'MAE')
_UNNAMED = 'images'
_HALF = np.array([0.5])


@dataclass(frozen=True)
class ImageRecord(FrameRecord):
    """What the metric keeps of one image.

    Attributes:
        dataset: Name of its data set, empty if it has none.
        curve: (N,) F-measure at each threshold; none without annotation.
    """

    dataset: str
    curve: np.ndarray


@METRICS.register_module()
class ImageSegmentationMetric(VideoMetric):
    """Scores of unsupervised image segmentation, by data set.

    The soft foreground S is the share of all objects against the background,
    each counted as at least 1e-6 and at most 1 - 1e-6. Which group is the
    object was decided before, by the post-processing of the model, without
    labels.

    Results, all means over the images of a data set, as floats in [0, 1]:
    ``acc``, right pixels of S > 0.5; ``IoU`` of S > 0.5 (0 for an empty
    union, unlike J); ``F``, with beta squared 0.3, of S > 0.5; ``max_F`` and
    ``mean_F``, the largest and the mean of the means at each threshold;
    ``adaptive_F``, at twice the mean of S in each image; ``MAE``, the absolute
    error of S.
    The name of the data set goes before those of its results
    (``DUTS/IoU``), if the images have one. There is no mean over data sets.
    A table is logged, and ``<outfile_prefix>.json`` (with the convention that
    was used) and ``<outfile_prefix>.csv`` have one row per data set.

    Source: Choudhury et al., "Guess What Moves", BMVC 2022, and its
    released evaluation, after Melas-Kyriazi et al., "Finding an Unsupervised
    Image Segmenter in Each of Your Deep Generative Models", ICLR 2022.

    Args:
        thresholds: Those of ``max_F`` and ``mean_F``: ``'above'``, S above
            k / 255 for k from 1 to 254, an empty prediction having precision
            1 (unsupervised segmentation); ``'levels'``, S in 8 bits at or
            above each of 256 levels, an empty prediction having precision 0
            (toolboxes of salient objects).
        stretch: Whether S is stretched to its own range for ``max_F``,
            ``mean_F``, ``adaptive_F`` and ``MAE``, as toolboxes of salient
            objects do.
        output_dir: Folder for the files; None means beside the log file of
            the running job, and no files where there is none.
        outfile_prefix: Name of the files without suffix.
        prefix: Goes before the names of the results.

    Raises:
        ValueError: If ``thresholds`` is another word.
    """

    default_prefix = 'image'

    def __init__(
        self,
        thresholds: str = 'above',
        stretch: bool = False,
        output_dir: str | None = None,
        outfile_prefix: str = 'image_segmentation',
        prefix: str | None = None,
    ) -> None:
        super().__init__('all', output_dir, outfile_prefix, prefix)
        check_choice('thresholds', thresholds, ('above', 'levels'))
        self.thresholds = thresholds
        self.stretch = stretch

    def compute_metrics(self, results: list[FrameRecord]) -> Scores:
        """Average over the images of each data set.

        Args:
            results: One record per image.

        Returns:
            Result by name; nothing if no image is annotated.
        """
        scored, counts = self.select(results)
        if not scored:
            return {}
        images = [
            record for record in scored if isinstance(record, ImageRecord)
        ]
        datasets = {
            name: _summarise([r for r in images if r.dataset == name])
            for name in sorted({record.dataset
                                for record in images})
        }
        rows = {name or _UNNAMED: row for name, row in datasets.items()}
        self.publish(
            _table(rows),
            dict(
                num_images=len(images),
                num_unannotated=counts['num_unannotated'],
            ),
            rows,
            'dataset',
        )
        return {
            f'{name}/{key}' if name else key: row[key]
            for name, row in datasets.items()
            for key in _COLUMNS
        }

    def convention(self) -> dict[str, Any]:
        """What has to stand beside a number to compare it (any JSON type)."""
        return dict(
            size='annotation',
            threshold=0.5,
            thresholds_of_max_f=self.thresholds,
            stretch=self.stretch,
            selection='none',
            objects='merge',
        )

    def record(self, sample: Mapping) -> FrameRecord:
        """Score an image against ``gt_masks``.

        Args:
            sample: Prediction as a dictionary.

        Raises:
            ValueError: If a key is missing or there are masks of two sizes.
        """
        record = make_record(sample)
        dataset = str(sample.get('dataset', ''))
        where = f'{dataset}/{record.video_id}'.lstrip('/')
        if sample.get('gt_masks') is None:
            return record
        truth = annotated_foreground(sample, where)
        masks = as_numpy(require_field(sample, 'pred_masks', where))
        found = foreground_probability(masks[1:].sum(axis=0), masks[0])
        if found.shape != truth.shape:
            raise ValueError(
                f'{where}: the prediction is {found.shape} but gt_masks are '
                f'{truth.shape}; predictions have to be resized to the '
                'annotation (ori_shape)'
            )
        soft = stretch(found) if self.stretch else found
        half = precision_recall_above(found, truth, _HALF)
        values = (
            pixel_accuracy(found, truth),
            image_iou(found, truth),
            adaptive_f_beta(soft, truth),
            float(f_beta(*half)[0]),
            mean_absolute_error(soft, truth),
        )
        return ImageRecord(
            video_id=where,  # two data sets may share a name
            frame_id=record.frame_id,
            frame_index=record.frame_index,
            num_frames=record.num_frames,
            scores=dict(zip(_SCORES, values)),
            dataset=dataset,
            curve=self._curve(soft, truth),
        )

    def _curve(self, soft: np.ndarray, truth: np.ndarray) -> np.ndarray:
        if self.thresholds == 'levels':
            return f_beta(*precision_recall_levels(soft, truth))
        return f_beta(
            *precision_recall_above(soft, truth, PROBABILITY_THRESHOLDS)
        )


def _summarise(records: Sequence[ImageRecord]) -> Scores:
    """Number of images and mean scores, those of curves among them."""
    scores = [r.scores for r in records if r.scores is not None]
    row = {key: float(np.mean([s[key] for s in scores])) for key in _SCORES}
    curves = np.stack([record.curve for record in records])
    row['max_F'] = float(curves.mean(axis=0).max())
    row['mean_F'] = float(curves.mean())
    return dict(images=len(records)) | {key: row[key] for key in _COLUMNS}


def _table(rows: Mapping[str, Scores]) -> str:
    cells = [[
        name,
        str(int(row['images'])), *(f'{row[key]:.3f}' for key in _COLUMNS)
    ] for name, row in rows.items()]
    return format_table(['dataset', 'images', *_COLUMNS], cells)
