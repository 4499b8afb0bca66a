"""How well masks agree with the appearance of frames, without labels."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmmotion.flow.frames import read_frame
from mmmotion.postprocessing import (
    FrameAlignment,
    FrameFeatures,
    alignment_scores,
    resize_to_grid,
)
from mmmotion.registry import METRICS

from .frame_scores import require_field
from .result_files import format_table
from .video_metric import (
    FrameRecord,
    VideoMetric,
    check_choice,
    make_record,
)

SCORES = ('cut', 'overlap')


@METRICS.register_module()
class MotionSemanticAlignmentMetric(VideoMetric):
    """Motion-semantic alignment: whether masks look of one piece.

    Masks that were learned from motion are compared with the appearance of
    the frame. No label is read, so the score may choose between checkpoints
    (``save_best='msa'``), numbers of groups, or any other settings.

    A mask has two scores, the higher the better. The ``cut`` is the negative
    normalised cut on the similarity of all pairs of positions, in [-2, 0]; a
    mask that says nothing has -1, and so have empty and full ones. The
    ``overlap``, in [0, 1], is that with all that looks like the mask, and 0
    if this spreads over 90 % of the height or 80 % of the width.

    Results: ``msa``, what a choice goes by; ``msa/cut`` and ``msa/overlap``
    of the foreground, all objects together; and, for models whose channels
    keep their meaning, ``msa/channel_cut`` and ``msa/channel_overlap`` of the
    channel with the best mean, and ``msa/channel``, the one that is best by
    ``score``. Means are taken over frames, then over videos. They are logged
    as a table by sequence, and written to ``<outfile_prefix>.json`` (with the
    convention and all channels) and ``<outfile_prefix>.csv``.

    Frames are read from their files if they have some, and else taken from
    the inputs of the model, so that models with different inputs can be
    compared.

    Source: Lian, Wu, Yu, "Improving Unsupervised Video Object Segmentation
    with Motion-Appearance Synergy", arXiv 2212.08816, Eq. 13, for the
    overlap; the released code of its successor RCF for the cut. Both score
    channels; the foreground is ours, for models whose channels have no
    meaning of their own.

    Args:
        score: Which of the two ``msa`` is, ``'cut'`` or ``'overlap'``.
        mask: What ``msa`` is measured on: the ``'foreground'`` after all
            post-processing, or the best ``'channel'``, soft, before it.
        every: Score the first frame of each video and every that many; None
            scores the first one alone, as the papers do.
        features: What tells the appearance: ``'color'``, ``'segmentor'`` or
            the config of an encoder, see ``FrameFeatures``. The features of
            the segmentor need the loops by video.
        in_index: See ``FrameFeatures``.
        data_preprocessor: See ``FrameFeatures``.
        frame_size: See ``FrameFeatures``.
        cut_threshold: Cosine above which two positions look alike.
        overlap_threshold: Cosine above which a position looks like the mask.
        max_side: Longest side of the grid on which masks are compared.
        output_dir: See ``VideoSegmentationMetric``.
        outfile_prefix: Name of the files without suffix.
        prefix: Name of the main result, and before those of the others.

    Raises:
        ValueError: If an argument is none of the listed values.
    """

    default_prefix = 'msa'

    def __init__(
        self,
        score: str = 'cut',
        mask: str = 'foreground',
        every: int | None = None,
        features: str | dict = 'color',
        in_index: int = -1,
        data_preprocessor: dict | None = None,
        frame_size: Sequence[int] | None = None,
        cut_threshold: float = 0.2,
        overlap_threshold: float = 0.5,
        max_side: int = 107,
        output_dir: str | None = None,
        outfile_prefix: str = 'motion_semantic_alignment',
        prefix: str | None = None,
    ) -> None:
        super().__init__('all', output_dir, outfile_prefix, prefix)
        check_choice('score', score, SCORES)
        check_choice('mask', mask, ('foreground', 'channel'))
        if every is not None and every < 1:
            raise ValueError(f'every must be None or at least 1, got {every}')
        self.score = score
        self.mask = mask
        self.every = every
        self.thresholds = dict(cut=cut_threshold, overlap=overlap_threshold)
        described = FrameFeatures(
            features, in_index, data_preprocessor, frame_size
        )
        self.feature_index = described.feature_index
        self._named = _describe(features)
        self._alignment = FrameAlignment(described, max_side)
        self._first: dict[str, str] = {}

    @property
    def feature_key(self) -> str:
        """Name of what a data sample has to hold besides the masks."""
        return self._alignment.features.source

    def looks_at(self, sample: Any) -> bool:
        """Whether a frame is scored.

        That is decided once more when the frames of all processes are known;
        here the first frame of a video is the first one that was asked for.

        Args:
            sample: Data sample, as it is or as a dictionary (any that knows
                ``video_id``, ``frame_id`` and ``frame_index``).
        """
        frame_id = str(sample.get('frame_id'))
        video_id = str(sample.get('video_id'))
        if self._first.setdefault(video_id, frame_id) == frame_id:
            return True
        return self._is_in_turn(int(sample.get('frame_index')))

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Record the scores of one frame per data sample.

        Args:
            data_batch: What the loader yields; its frames are used if a
                sample does not name a file (any, as the loop hands it on).
            data_samples: Predictions as dictionaries.

        Raises:
            ValueError: If a sample is not what the metric needs.
        """
        for position, sample in enumerate(data_samples):
            record = make_record(sample)
            if self.looks_at(sample):
                inputs = self._find_inputs(sample, data_batch, position)
                record = replace(record, scores=self._score(sample, inputs))
            self.results.append(record)

    def record(self, sample: Mapping) -> FrameRecord:
        """Score a frame whose file the sample names."""
        inputs = self._find_inputs(sample, {}, 0)
        return replace(make_record(sample), scores=self._score(sample, inputs))

    def evaluate(self, size: int) -> dict[str, float]:
        """Compute the results on the main process and share them.

        Args:
            size: Length of the data set; not needed, as nothing is cut.

        Returns:
            Result by name, the same on each process.
        """
        self._first.clear()
        results = super().evaluate(size)
        main = f'{self.prefix}/msa'
        return {
            self.prefix if key == main else key: value
            for key, value in results.items()
        }

    def compute_metrics(self, results: list[FrameRecord]) -> dict[str, float]:
        """Average over frames, then over sequences.

        Args:
            results: One record per frame, videos by name and frames in
                temporal order.

        Returns:
            Result by name.

        Raises:
            ValueError: If the number of channels differs between frames, or
                there are none and ``msa`` is to be theirs.
        """
        sequences = {}
        for video, group in groupby(results, lambda record: record.video_id):
            rows = self._select(list(group))
            sequences[video] = dict(frames=len(rows)) | _mean(rows)
        if not sequences:
            return {}
        overall = _mean(list(sequences.values()))
        frames = overall.pop('frames') * len(sequences)
        channels = _collect_channels(overall)
        if self.mask == 'channel' and not channels:
            raise ValueError(
                "mask='channel' needs pred_regions, which the data samples "
                "do not hold: use mask='foreground'"
            )
        found = self._summarise(overall, channels)
        content = dict(
            num_sequences=len(sequences),
            num_frames=round(frames),
            overall=found,
            channels=channels,
        )
        shown = {
            video: {
                key: row[key]
                for key in ('frames', *SCORES)
            }
            for video, row in sequences.items()
        }
        self.publish(self._table(found, shown, channels), content, shown)
        return found

    def convention(self) -> dict[str, Any]:
        """What has to stand beside a number to compare it (any JSON type)."""
        return dict(
            score=self.score,
            mask=self.mask,
            frames='first' if self.every is None else f'every {self.every}',
            features=self._named,
            frame_size=self._alignment.features.frame_size or 'as it is',
            grid=f'up to {self._alignment.max_side}',
            **{f'{name}_threshold': self.thresholds[name]
               for name in SCORES},
            labels='not read',
        )

    def _is_in_turn(self, frame_index: int) -> bool:
        return self.every is not None and frame_index % self.every == 0

    def _select(self, records: list[FrameRecord]) -> list[dict[str, float]]:
        """Scores of the frames of one video, however they were shared."""
        scored = [record for record in records if record.scores is not None]
        chosen = [
            record for position, record in enumerate(scored)
            if position == 0 or self._is_in_turn(record.frame_index)
        ]
        return [record.scores for record in chosen if record.scores]

    def _find_inputs(self, sample: Mapping, data_batch: Any,
                     position: int) -> dict[str, Tensor]:
        """What the features are made of, and the frame."""
        where = f"{sample['video_id']}/{sample['frame_id']}"
        key = self.feature_key
        if self.feature_index is not None:
            if sample.get(key) is None:
                raise ValueError(
                    f'{where}: the data sample has no {key}: features='
                    "'segmentor' needs VideoValLoop or VideoTestLoop; use "
                    "features='color' or the config of an encoder"
                )
            return {key: sample[key]}
        if sample.get('img_path') is not None:
            frame = read_frame(sample['img_path'])
            return dict(frames=torch.from_numpy(frame).permute(2, 0, 1)[None])
        frames = (data_batch.get('inputs') or {}).get('frames')
        if frames is None:
            raise ValueError(
                f'{where}: motion-semantic alignment looks at the frame, but '
                'the data sample names no img_path and the pipeline loads no '
                'frames'
            )
        return dict(frames=frames[position][:1])

    @torch.no_grad()
    def _score(self, sample: Mapping,
               inputs: dict[str, Tensor]) -> dict[str, float]:
        """Both scores of the foreground and of each channel."""
        where = f"{sample['video_id']}/{sample['frame_id']}"
        masks = torch.as_tensor(require_field(sample, 'pred_masks', where))
        inputs = {
            key: torch.as_tensor(value).to(masks.device).float()
            for key, value in inputs.items()
        }
        height, width = next(iter(inputs.values())).shape[-2:]
        features = self._alignment.describe(inputs, (height, width))
        grid = (features.shape[-2], features.shape[-1])
        parts = [resize_to_grid(masks[1:].float().sum(0, True), grid)]
        if sample.get('pred_regions') is not None:
            regions = torch.as_tensor(sample['pred_regions'])
            parts.append(resize_to_grid(regions.to(masks).float(), grid))
        both = {
            name: alignment_scores(
                features, torch.cat(parts), name, self.thresholds[name]
            )
            for name in SCORES
        }
        # What a uniform mask has, of whatever height.
        both['cut'] = both['cut'].nan_to_num(nan=-1.0)
        return {
            _channel_key(index - 1, name) if index else name: float(value)
            for name in SCORES
            for index, value in enumerate(both[name])
        }

    def _summarise(
        self, overall: Mapping[str, float], channels: Sequence[Mapping]
    ) -> dict[str, float]:
        found = {name: overall[name] for name in SCORES}
        if channels:
            for name in SCORES:
                values = [channel[name] for channel in channels]
                found[f'channel_{name}'] = max(values)
                if name == self.score:
                    found['channel'] = int(np.argmax(values))
        main = self.score
        if self.mask == 'channel':
            main = f'channel_{main}'
        return dict(msa=found[main]) | found

    def _table(
        self,
        found: Mapping[str, float],
        sequences: Mapping[str, Mapping],
        channels: Sequence[Mapping],
    ) -> str:
        rows = [[
            video,
            str(row['frames']), *(f'{row[key]:.4f}' for key in SCORES)
        ] for video, row in sequences.items()]
        frames = sum(row['frames'] for row in sequences.values())
        summary = [
            'mean over sequences',
            str(frames), *(f'{found[key]:.4f}' for key in SCORES)
        ]
        text = format_table(['sequence', 'frames', *SCORES], rows, summary)
        if not channels:
            return text
        rows = [[str(index), *(f'{channel[key]:.4f}' for key in SCORES)]
                for index, channel in enumerate(channels)]
        return f"{text}\n{format_table(['channel', *SCORES], rows)}"


def _describe(features: str | dict) -> str:
    """Name of the features, with the file of the weights."""
    if isinstance(features, str):
        return features
    weights = (features.get('init_cfg') or {}).get('checkpoint', 'random')
    return f"{features['type']} ({weights})"


def _channel_key(index: int, name: str) -> str:
    return f'channel_{index}_{name}'


def _mean(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Mean of each value, which all rows must have."""
    if len({frozenset(row) for row in rows}) > 1:
        raise ValueError(
            'motion-semantic alignment needs as many channels in all frames, '
            f'got {sorted({len(row) // 2 - 1 for row in rows})}'
        )
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def _collect_channels(overall: Mapping[str, float]) -> list[dict[str, float]]:
    channels: list[dict[str, float]] = []
    while _channel_key(len(channels), 'cut') in overall:
        index = len(channels)
        channels.append({
            name: overall[_channel_key(index, name)]
            for name in SCORES
        })
    return channels
