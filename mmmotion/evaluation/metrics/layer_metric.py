"""Whole shapes, visible parts and order of the layers of videos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from mmmotion.evaluation.functional import (
    MIN_SHARE,
    assign_objects,
    count_pixels,
    iou_of_counts,
)
from mmmotion.registry import METRICS

from .frame_scores import Scores, as_numpy, require_field
from .result_files import format_table
from .video_metric import FrameRecord, VideoMetric, make_record

_COLUMNS = ('J_amodal', 'J_modal', 'J_hidden', 'order_accuracy')


@dataclass(frozen=True)
class LayerRecord(FrameRecord):
    """What the metric keeps of one frame with K layers and O objects.

    Attributes:
        counts: (3, 2, K, O) common pixels, and all, of whole shapes, of
            visible parts, and of whole shapes where the object is covered.
        sizes: (3, O) pixels of these parts of the objects.
        num_pixels: Of the frame.
        layer_order: (K,) 0 for the nearest layer.
        object_order: (O,) 0 for the nearest object.
        meets: (O, O) bool, which objects' whole shapes share a pixel.
    """

    counts: np.ndarray
    sizes: np.ndarray
    num_pixels: int
    layer_order: np.ndarray
    object_order: np.ndarray
    meets: np.ndarray


@METRICS.register_module()
class LayerMetric(VideoMetric):
    """Compare layers with objects whose whole shapes are known.

    The layers of a video are assigned to its objects once, so that the mean
    IoU of the whole shapes over all frames is largest; the annotation thus
    says which layer is which, but nothing else. Missing layers are empty.

    Results: ``J_amodal`` and ``J_modal``, the IoU of whole shapes and of
    visible parts, where two empty masks agree, as the mean over frames and
    the objects that fill more than a millionth of the video; ``J_hidden``, the
    IoU of whole shapes where another object, or whatever else hides the
    object, is in front of it, of the pixels of all frames together, as the
    mean over the objects that are ever hidden; ``order_accuracy``, the share
    of pairs of objects that meet in some frame of which the nearer one is
    told, each pair as the mean over the frames. All are means over the videos
    that have them: the last two are absent where nothing is hidden or nothing
    meets. They are logged as a table by sequence and written to
    ``<outfile_prefix>.json`` and ``.csv``.

    What hides an object and is none itself is known to no layer, so that
    perfect layers may have a ``J_modal`` below 1.

    Source: J_amodal and J_modal follow Xie, Xie, Zisserman, "Segmenting Moving
    Objects via an Object-Centric Layered Representation", NeurIPS 2022; the
    others are of this toolbox.

    Args:
        output_dir: Folder for the files; None means beside the log file of
            the running job, and no files where there is none.
        outfile_prefix: Name of the files without suffix.
        prefix: Goes before the names of the results.
    """

    default_prefix = 'layers'
    annotation = 'gt_amodal_masks'

    def __init__(
        self,
        output_dir: str | None = None,
        outfile_prefix: str = 'layers',
        prefix: str | None = None,
    ) -> None:
        super().__init__('all', output_dir, outfile_prefix, prefix)

    def record(self, sample: Mapping) -> FrameRecord:
        """Count the pixels of one frame.

        Args:
            sample: Prediction as a dictionary, with ``pred_amodal_masks``
                (K, H, W), ``pred_masks`` (1 + K, H, W) and
                ``pred_layer_order`` (K,).

        Raises:
            ValueError: If something is missing, or the layers are merged.
        """
        record = make_record(sample)
        if sample.get('gt_amodal_masks') is None:
            return record
        where = f'{record.video_id}/{record.frame_id}'
        keys = (
            'pred_amodal_masks',
            'pred_masks',
            'pred_layer_order',
            'gt_amodal_masks',
            'gt_masks',
            'gt_layer_order',
        )
        shapes, masks, layer_order, amodal, modal, object_order = (
            as_numpy(require_field(sample, key, where)) for key in keys
        )
        if len(masks) != 1 + len(shapes):
            raise ValueError(
                f'{where}: expected a background and {len(shapes)} layers in '
                f'pred_masks, got {len(masks)} masks: take the steps out of '
                'postprocess that merge them'
            )
        layers = np.arange(1, len(masks))[:, None, None]
        visible = masks.argmax(axis=0) == layers
        shapes = shapes > 0.5
        amodal, modal = amodal.astype(bool), modal.astype(bool)
        covered = _cover(amodal, modal, object_order)
        hidden = np.stack([
            (shapes[:, None] & amodal & covered).sum(axis=(2, 3)),
            ((shapes[:, None] | amodal) & covered).sum(axis=(2, 3)),
        ])
        return LayerRecord(
            **{
                **vars(record), 'scores': {}
            },
            counts=np.stack([
                count_pixels(shapes, amodal),
                count_pixels(visible, modal),
                hidden,
            ]),
            sizes=np.stack([
                parts.sum(axis=(1, 2))
                for parts in (amodal, modal, amodal & covered)
            ]),
            num_pixels=amodal[0].size if len(amodal) else 0,
            layer_order=layer_order,
            object_order=object_order,
            meets=count_pixels(amodal, amodal)[0] > 0,
        )

    def compute_metrics(self, results: list[FrameRecord]) -> Scores:
        """Average over frames and objects, then over videos.

        Args:
            results: One record per frame, videos by name and frames in
                temporal order.

        Returns:
            Result by name; nothing if no frame is annotated.
        """
        scored, counts = self.select(results)
        if not scored:
            return {}
        sequences: dict[str, Scores] = {}
        for video, records in groupby(scored, lambda r: r.video_id):
            frames = [r for r in records if isinstance(r, LayerRecord)]
            if frames[0].sizes.shape[1]:
                sequences[video] = _score_video(frames)
        overall = {}
        for name in _COLUMNS:
            known = [row[name] for row in sequences.values() if name in row]
            if known:
                overall[name] = float(np.mean(known))
        rows = [[video, *_format(row)] for video, row in sequences.items()]
        summary = ['mean over sequences', *_format(overall)]
        self.publish(
            format_table(['sequence', *_COLUMNS], rows, summary),
            dict(**counts, overall=overall),
            {
                video: dict.fromkeys(_COLUMNS) | row
                for video, row in sequences.items()
            },
        )
        return overall

    def convention(self) -> dict[str, Any]:
        """What has to stand beside a number to compare it (any JSON type)."""
        return super().convention() | dict(
            average='sequence', assignment='once for the video'
        )


def _cover(
    amodal: np.ndarray, modal: np.ndarray, order: np.ndarray
) -> np.ndarray:
    """(O, H, W) where something is known to be in front of each object."""
    nearer = order[:, None] > order
    by_objects = (nearer[:, :, None, None] & modal).any(axis=1)
    return by_objects | (amodal & ~modal)


def _score_video(frames: list[LayerRecord]) -> Scores:
    """Scores of a video with at least one object."""
    sizes = np.stack([frame.sizes for frame in frames], axis=1)
    counts = np.stack([frame.counts for frame in frames], axis=2)
    # Layers that are missing share nothing with any object.
    missing = max(0, sizes.shape[2] - counts.shape[3])
    nothing = np.stack([0 * sizes, sizes], axis=1)[:, :, :, None]
    counts = np.concatenate([counts, *[nothing] * missing], axis=3)
    objects = np.arange(sizes.shape[2])
    chosen = assign_objects(iou_of_counts(counts[0]).mean(axis=0))
    amodal, modal, hidden = counts[:, :, :, chosen, objects]
    least = MIN_SHARE * sum(frame.num_pixels for frame in frames)
    is_there, is_seen, _ = sizes.sum(axis=1) > least
    is_hidden = sizes[2].sum(axis=0) > 0
    scores = dict(
        J_amodal=iou_of_counts(amodal)[:, is_there],
        J_modal=iou_of_counts(modal)[:, is_seen],
        J_hidden=iou_of_counts(hidden.sum(axis=1))[is_hidden],
        order_accuracy=_told_pairs(frames, chosen),
    )
    return {
        name: float(values.mean())
        for name, values in scores.items() if values.size
    }


def _told_pairs(
    frames: Sequence[LayerRecord], chosen: np.ndarray
) -> np.ndarray:
    """Share of frames that tell the nearer of each pair that ever meets."""
    meets = np.any([frame.meets for frame in frames], axis=0)
    told = []
    for frame in frames:
        missing = max(0, len(chosen) - len(frame.layer_order))
        # A missing layer is farther than all others.
        order = np.append(frame.layer_order, [np.inf] * missing)[chosen]
        predicted = order[:, None] < order
        truth = frame.object_order[:, None] < frame.object_order
        told.append(np.where(truth, predicted, predicted.T))
    first, second = np.triu_indices(len(chosen), 1)
    pairs = meets[first, second]
    return np.mean(told, axis=0)[first, second][pairs]


def _format(scores: Scores) -> list[str]:
    return [
        f'{scores[name]:.3f}' if name in scores else 'n/a' for name in _COLUMNS
    ]
