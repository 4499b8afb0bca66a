"""Test-time adaptation: every video gets a model of its own."""

import copy
import logging
from collections.abc import Mapping
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.dist import (
    all_gather_object,
    broadcast_object_list,
    is_main_process,
)
from mmengine.evaluator import Evaluator
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from mmmotion import __version__
from mmmotion.evaluation.metrics.result_files import format_table
from mmmotion.flow.atomic import clean_stale_files
from mmmotion.flow.weights_hash import hash_weights
from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.registry import DATASETS, LOOPS

from ..adaptation import (
    PredictionStore,
    TrainingVideos,
    VideoAdapter,
    describe_settings,
    hash_checkpoints,
    hash_files,
)
from ..config_check import check_config
from ..model_wrapper import unwrap_model
from ..video_names import VideoNames, group_by_name
from .adapted_predictor import AdaptationRecord, AdaptedPredictor
from .map_watchers import find_watchers
from .video_loops import VideoTestLoop
from .video_predictor import VideoPredictor

# They change how fast samples come, not which.
_WITHOUT_EFFECT = (
    'num_workers', 'persistent_workers', 'pin_memory', 'prefetch_factor',
    'timeout'
)


@LOOPS.register_module()
class AdaptLoop(VideoTestLoop):
    """Test every video with a copy of the model that was trained on it.

    For each video, the method's own training loss is minimised for some steps
    on the frames of that video alone, from the weights that are tested. The
    video is predicted with the result, which is then thrown away: the next
    video starts from the given weights again. No annotation is read on the
    way there: entries of the data set lose theirs, and what a pipeline makes
    is taken out of the samples before the model sees them.

    The frames are those of ``train_dataloader`` in the config, with its
    pipeline, and the optimizer is that of ``optim_wrapper`` at its base
    rate, made anew for each video. Hooks and schedulers of the training do
    not take part.

    Instead, or as well, a step of post-processing may adapt to the masks of a
    video, as ``PropagationRefinement`` does. With ``num_steps=0`` the model is
    used as it is; any segmentor will do, and neither ``train_dataloader`` nor
    ``optim_wrapper`` is read.

    The predictions of a finished video are stored in ``out_dir``, together
    with the settings that they depend on. Another run takes them over if all
    of these are equal, among them a hash of the weights and the size and
    time of all frames and flows, and does the other videos again.

    Every rank adapts to the videos of its own, without a word to the others,
    and the random numbers of a video follow from the seed and its name, so
    the result does not depend on the number of ranks.

    Source: "Adaptation" to unseen videos in Choudhury et al., "Guess What
    Moves", BMVC 2022, and in Liu et al., "The Emergence of Objectness",
    NeurIPS 2021.

    Args:
        runner: The runner; its config is read.
        dataloader: The data loader of the test or its config.
        evaluator: The metrics or their configs.
        fp16: Whether to predict in mixed precision.
        num_steps: Iterations for each video; 0 uses the given weights.
        train_dataloader: Changes to ``train_dataloader`` of the config, as a
            config changes its base: the data set has to list the tested
            videos, for example with ``dataset=dict(split='val')``.
        optim_wrapper: Changes to ``optim_wrapper`` of the config.
        norm_eval: Whether batch normalisation keeps the statistics of the
            given weights, instead of those of each batch.
        reuse: Whether stored predictions are taken over. They hold no maps
            of the encoder, so that they never are where a metric reads those.
        out_dir: Folder of the predictions; ``<work dir>/adapted`` if None.

    Raises:
        TypeError: If the model is no segmentor, or its loss needs labels.
        ValueError: If a setting is missing or out of its range, or a tested
            video is not among those to train on.
    """

    def __init__(
        self,
        runner: Runner,
        dataloader: DataLoader | dict,
        evaluator: Evaluator | dict | list,
        fp16: bool = False,
        num_steps: int = 20,
        train_dataloader: dict | None = None,
        optim_wrapper: dict | None = None,
        norm_eval: bool = False,
        reuse: bool = True,
        out_dir: str | None = None,
    ) -> None:
        if not isinstance(num_steps, int) or num_steps < 0:
            raise ValueError(
                f'num_steps must be an integer, 0 or more, got {num_steps!r}'
            )
        _check_model(runner.model, num_steps)
        self.num_steps = num_steps
        self.norm_eval = norm_eval
        self.reuse = reuse
        self.store = PredictionStore(
            out_dir or Path(runner.work_dir, 'adapted')
        )
        self.train_dataloader: dict[str, Any] = {}
        self.optim_wrapper: dict[str, Any] = {}
        if num_steps:
            self.train_dataloader = _merge(
                runner.cfg, 'train_dataloader', train_dataloader, 'dataset'
            )
            self.optim_wrapper = _merge(
                runner.cfg, 'optim_wrapper', optim_wrapper, 'optimizer'
            )
        seeds = [runner.seed]
        broadcast_object_list(seeds)  # with "diff_rank_seed" each has another
        self.seed = seeds[0]
        super().__init__(runner, dataloader, evaluator, fp16)
        self.dataloader: DataLoader = _batch_by_video(self.dataloader)
        self._tested = group_by_name(self.dataloader.dataset)
        self.videos: TrainingVideos | None = None
        if num_steps:
            self.videos = TrainingVideos(
                DATASETS.build(self.train_dataloader['dataset'])
            )
            self.videos.require(self._tested)
            tested: Any = self.dataloader.dataset
            self.videos.require_scenes({
                name: tested.get_data_info(indices[0])
                for name, indices in self._tested.items()
            })

    def run(self) -> dict:
        """Adapt and test; return the metrics."""
        if is_main_process():
            clean_stale_files(self.store.folder)
        self._records: list[AdaptationRecord] = []
        metrics = super().run()
        gathered = all_gather_object(self._records)
        records = list(chain.from_iterable(gathered))
        print_log(_format_records(records), logger='current')
        return metrics

    def build_predictor(self, model: BaseSegmentor) -> VideoPredictor:
        """Make what adapts the weights that are in the model now."""
        common = self._describe_run(model)
        dataset: Any = self.dataloader.dataset

        def describe(video_id: str) -> dict[str, Any]:
            """What the predictions of a video depend on."""
            tested = map(dataset.get_data_info, self._tested[video_id])
            files = dict(test_files=hash_files(tested))
            if self.videos is not None:
                entries = self.videos.entries(video_id)
                files['train_files'] = hash_files(entries)
            return common | dict(video_id=video_id, **files)

        predictor = AdaptedPredictor(
            model,
            self._build_adapter(),
            self.store,
            describe,
            self.seed,
            self._can_reuse(),
            self.fp16,
            self._count_videos(),
        )
        self._records = predictor.records
        return predictor

    def _can_reuse(self) -> bool:
        """Whether stored predictions hold all that the metrics read."""
        if not self.reuse:
            return False
        watchers = find_watchers(self.evaluator.metrics)
        if watchers:
            names = ', '.join(type(watcher).__name__ for watcher in watchers)
            print_log(
                f'{names} reads features of the network, which are not '
                'stored: predictions of earlier runs are not taken over',
                logger='current',
                level=logging.WARNING,
            )
        return not watchers

    def _build_adapter(self) -> VideoAdapter | None:
        if self.videos is None:
            return None
        return VideoAdapter(
            self.videos,
            self.train_dataloader,
            self.optim_wrapper,
            self.num_steps,
            self.norm_eval,
        )

    def _count_videos(self) -> int:
        """How many videos this rank has."""
        batches: Any = self.dataloader.batch_sampler
        starts = {batch[0] for batch in batches}
        return sum(
            not starts.isdisjoint(indices) for indices in self._tested.values()
        )

    def _describe_run(self, model: BaseSegmentor) -> dict[str, Any]:
        """What the predictions of all videos depend on."""
        cfg = self.runner.cfg
        # A method that learns nothing has no parameters.
        tensor = next(chain(model.parameters(), model.buffers()))
        postprocess = (cfg.get('model') or {}).get('postprocess')
        return describe_settings(
            dict(
                version=__version__,
                model=cfg.get('model'),
                data_preprocessor=cfg.get('data_preprocessor'),
                weights=hash_weights(model),
                # Weights of post-processing are not in the model.
                postprocess_files=hash_checkpoints(postprocess),
                device=tensor.device.type,
                seed=self.seed,
                fp16=self.fp16,
                num_steps=self.num_steps,
                norm_eval=self.norm_eval,
                optim_wrapper=self.optim_wrapper,
                train_dataloader=_without_workers(self.train_dataloader),
                test_dataloader=_without_workers(
                    cfg.get('test_dataloader') or {}
                ),
            )
        )


def _check_model(model: torch.nn.Module, num_steps: int) -> None:
    model = unwrap_model(model)
    name = type(model).__name__
    if not isinstance(model, BaseSegmentor):
        raise TypeError(f'AdaptLoop needs a BaseSegmentor, got {name}')
    if num_steps and not model.trains_without_labels:
        raise TypeError(
            f'AdaptLoop needs a method that trains without labels, but '
            f'{name}.trains_without_labels is False; with num_steps=0 only '
            'steps of post-processing adapt'
        )


def _merge(cfg: Config, key: str, changes: Mapping | None,
           needed: str) -> dict[str, Any]:
    """Change a section of the config as a config changes its base."""
    merged = Config({key: copy.deepcopy(cfg.get(key) or {})})
    merged.merge_from_dict({key: dict(changes or {})})
    if needed not in merged[key]:
        raise ValueError(
            f'AdaptLoop needs {key} in the config, or all of it in '
            f'test_cfg.{key}, got {dict(merged[key])}'
        )
    check_config(merged)
    return merged[key].to_dict()


def _batch_by_video(loader: DataLoader) -> DataLoader:
    """Change a loader so that its batches end where their video ends.

    So the batches of a video do not depend on what comes before it.
    """
    names = VideoNames(loader.dataset)
    assert loader.batch_sampler is not None, 'the runner makes one'
    old = list(loader.batch_sampler)
    size = loader.batch_size or max(map(len, old), default=1)
    batches = []
    for _, group in groupby(chain.from_iterable(old), names.name):
        video = list(group)
        batches += [video[i:i + size] for i in range(0, len(video), size)]
    kept = ('dataset', 'collate_fn', 'worker_init_fn', *_WITHOUT_EFFECT)
    return DataLoader(
        batch_sampler=batches, **{key: getattr(loader, key)
                                  for key in kept}
    )


def _without_workers(loader: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in loader.items() if k not in _WITHOUT_EFFECT}


def _format_records(records: list[AdaptationRecord]) -> str:
    rows = []
    for record in records:
        losses = [f'{loss:.4g}' for loss in record.losses] or ['']
        time = 'reused'
        if record.seconds is not None:
            time = f'{record.seconds:.1f}'
        rows.append([record.video_id, losses[0], losses[-1], time])
    total = sum(record.seconds or 0 for record in records)
    summary = [f'{len(records)} videos', '', '', f'{total:.1f}']
    table = format_table(['video', 'first loss', 'last loss', 'seconds'], rows,
                         summary)
    return f'adaptation\n{table}'
