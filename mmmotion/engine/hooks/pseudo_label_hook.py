"""The second stage of a training, whose labels are made by the first."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.dist import barrier, is_main_process
from mmengine.hooks import Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import nn

from mmmotion import __version__
from mmmotion.datasets import LoadPseudoMasks
from mmmotion.flow.atomic import clean_stale_files
from mmmotion.flow.weights_hash import hash_weights
from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.registry import DATASETS, HOOKS

from ..adaptation import describe_settings, hash_checkpoints
from ..config_check import check_config
from ..loops import IterTrainLoop
from ..model_wrapper import unwrap_model
from ..pseudo_labels import (
    LabelledVideo,
    LabelMaker,
    LabelStore,
    check_second_stage,
    label_videos,
)
from ..video_names import group_by_name
from .object_channel_hook import keep_object_channel

_NUM_SHOWN = 5
_RECORD = 'pseudo_labels'
_DESCRIBED_APART = ('postprocess', 'data_preprocessor', 'init_cfg')


@HOOKS.register_module()
class PseudoLabelHook(Hook):
    """Label the training frames at an iteration and train on the labels.

    At the beginning of iteration ``begin`` the object channel is chosen and
    kept from then on (by ``ObjectChannelHook``, or that of the config), all
    training frames are segmented, and the masks of the object are refined and
    stored as files. From there on ``LoadPseudoMasks`` in the training
    pipeline reads them, and the model adds its ``loss_appearance``. With
    ``begin=0`` there is only this second stage, which has to start from
    weights (``load_from``).

    Labels are stored with the settings that they depend on, among them a hash
    of the weights, video by video. A run that was killed while it made them
    goes on with the next video, and labels of other settings are made again.
    A checkpoint of the second stage names its labels: a resume needs them,
    for its weights are no longer those that made them. Processes share the
    videos.

    Source: the refinement between the stages of Lian, Wu, Yu, "Improving
    Unsupervised Video Object Segmentation with Motion-Appearance Synergy",
    arXiv 2212.08816, and, with a constraint by normalised cuts, of the
    released code of its successor RCF.

    Args:
        begin: First iteration of the second stage, counted from 0.
        refine: Configs of post-processing steps, from the soft masks of
            background and object to refined ones (``DenseCRF``).
        constraint: Configs of the steps to a second mask, from the same
            beginning; only what is object in both is object in the label.
        max_difference: Number of pixels by which the two may differ; beyond
            it the first decides alone. None has no limit.
        dataset: Changes to ``train_dataloader.dataset`` of the config, for
            the frames that are labelled. Without a pipeline that of
            ``test_dataloader`` is used.
        averaged: Whether the averaged weights of ``EMAHook`` or
            ``TeacherLabelHook`` make the labels, and not the trained ones.
        folder: Folder of the labels; ``<work dir>/pseudo_labels`` if None.
        reuse: Whether labels of equal settings are taken over.

    Raises:
        ValueError: If ``begin`` is negative, or see ``LabelMaker``.
    """

    # After the checkpoint of the last iteration of the first stage.
    priority = 'LOWEST'

    def __init__(
        self,
        begin: int,
        refine: Sequence[dict] = (),
        constraint: Sequence[dict] = (),
        max_difference: int | None = None,
        dataset: dict | None = None,
        averaged: bool = False,
        folder: str | None = None,
        reuse: bool = True,
    ) -> None:
        if begin < 0:
            raise ValueError(f'begin must not be negative, got {begin}')
        self.begin = begin
        self.dataset = dataset
        self.averaged = averaged
        self.folder = folder
        self.reuse = reuse
        self.maker = LabelMaker(refine, constraint, max_difference)
        self._settings = describe_settings(
            dict(
                version=__version__,
                refine=refine,
                constraint=constraint,
                max_difference=max_difference,
                encoder_files=hash_checkpoints([refine, constraint]),
            )
        )
        self._record: dict[str, Any] | None = None
        self._has_weights = False

    def after_load_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Remember which labels the weights were trained with."""
        self._has_weights = True
        text = (checkpoint.get('meta') or {}).get(_RECORD)
        self._record = None if text is None else json.loads(text)

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Note which labels the weights were trained with."""
        if self._record is not None:
            checkpoint['meta'][_RECORD] = json.dumps(self._record)

    def before_train(self, runner: Runner) -> None:
        """Check the config; begin or continue the second stage.

        Raises:
            TypeError: If the training loop is not ``IterTrainLoop``.
            ValueError: If a part of the second stage is missing, or the
                weights or labels that it needs.
        """
        self._check(runner)
        if runner.iter <= self.begin:
            # Now, so that a missing file does not end the first stage.
            self.maker.init_weights()
        if runner.iter < self.begin:
            self._record = None
        elif runner.iter == self.begin:
            self._start(runner, runner.iter)
        else:
            self._continue(runner)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,  # whatever the data loader yields
        outputs: dict | None = None,
    ) -> None:
        """Begin the second stage after the last iteration of the first."""
        next_iter = runner.iter + 1
        if next_iter == self.begin and next_iter < runner.max_iters:
            self._start(runner, next_iter)

    def _check(self, runner: Runner) -> None:
        if not isinstance(runner.train_loop, IterTrainLoop):
            raise TypeError(
                'PseudoLabelHook needs train_cfg.type=IterTrainLoop, got '
                f'{type(runner.train_loop).__name__}'
            )
        check_second_stage(
            runner,
            type(self).__name__, self.begin, self._has_weights
        )
        if not list(_find_loaders(runner.train_loop.dataloader.dataset)):
            raise ValueError(
                'PseudoLabelHook labels frames, but the pipeline of '
                'train_dataloader does not load the labels: put '
                "dict(type='LoadPseudoMasks') after LoadFrames"
            )

    def _start(self, runner: Runner, next_iter: int) -> None:
        """Make the labels with the weights that the model has now."""
        channel, scores = keep_object_channel(
            runner, None,
            type(self).__name__
        )
        model = self._labeller(runner)
        settings = self._describe(runner) | dict(
            weights=_hash(model), channel=channel
        )
        dataset = self._build_dataset(runner)
        store = self._store(runner)
        if is_main_process():
            clean_stale_files(store.folder)
        barrier()
        print_log(
            f'{len(dataset)} frames are labelled by channel {channel} into '
            f'{store.folder}',
            logger='current',
        )
        videos = label_videos(
            model, channel, dataset, self.maker, store, settings, self.reuse
        )
        _report(videos, channel)
        self._record = dict(settings=settings, channel=channel, scores=scores)
        self._read_labels(runner, next_iter)

    def _continue(self, runner: Runner) -> None:
        """Train on with the labels that the checkpoint names."""
        earlier = (
            f'resume from a checkpoint of iteration {self.begin} or before, '
            'whose weights make them again'
        )
        record = self._record
        if record is None:
            raise ValueError(
                f'the checkpoint of iteration {runner.iter} names no pseudo '
                'labels, though they begin at iteration '
                f'{self.begin}: {earlier}'
            )
        keep_object_channel(runner, record['scores'], type(self).__name__)
        known = record['settings']  # in an older checkpoint not all of them
        settings = {
            key: value
            for key, value in (known | self._describe(runner)).items()
            if key in known
        }
        store = self._store(runner)
        dataset = self._build_dataset(runner)
        missing = []
        for video_id, indices in group_by_name(dataset).items():
            names = [dataset.get_data_info(i)['frame_id'] for i in indices]
            if store.read(video_id, settings, names) is None:
                missing.append(video_id)
        if missing:
            more = ', ...' if len(missing) > _NUM_SHOWN else ''
            raise ValueError(
                f'the pseudo labels of {len(missing)} videos with which the '
                'checkpoint was trained are not in '
                f'{store.folder.absolute()}, or are others (see the log): '
                f'{", ".join(missing[:_NUM_SHOWN])}{more}; {earlier}'
            )
        self._read_labels(runner, runner.iter)

    def _labeller(self, runner: Runner) -> BaseSegmentor:
        """The model with the weights that make the labels."""
        if not self.averaged:
            return unwrap_model(runner.model)
        for hook in runner.hooks:
            averaged = getattr(hook, 'ema_model', None)
            if averaged is not None:
                return averaged.module
        raise ValueError(
            'PseudoLabelHook(averaged=True) labels with the weights of '
            'EMAHook or TeacherLabelHook, but custom_hooks has neither, or it '
            'begins later'
        )

    def _describe(self, runner: Runner) -> dict[str, Any]:
        """What the labels depend on, but for weights, channel and files."""
        model = unwrap_model(runner.model)
        config = runner.cfg.get('model') or {}
        return self._settings | describe_settings(
            dict(
                model=type(model).__name__,
                model_settings=_keep_segmenting(config, model.training_keys),
                data_preprocessor=runner.cfg.get('data_preprocessor')
                or config.get('data_preprocessor'),
                dataset=self._dataset_config(runner),
                device=next(model.parameters()).device.type,
            )
        )

    def _dataset_config(self, runner: Runner) -> dict[str, Any]:
        cfg = runner.cfg
        loader = cfg.get('test_dataloader') or {}
        parts = [loader.get('dataset') or {}]
        parts += parts[0].get('datasets') or []
        pipelines = [part.get('pipeline') for part in parts]
        changes = dict(self.dataset or {})
        if 'pipeline' not in changes:
            found = [pipeline for pipeline in pipelines if pipeline]
            if not found:
                raise ValueError(
                    'PseudoLabelHook needs the pipeline of test_dataloader, '
                    'which the config does not have, or dataset=dict('
                    'pipeline=...)'
                )
            changes['pipeline'] = found[0]
        return _change(cfg.train_dataloader.dataset, changes)

    def _build_dataset(self, runner: Runner) -> Any:
        dataset = DATASETS.build(self._dataset_config(runner))
        names = set(group_by_name(dataset))
        known = {
            dataset.get_data_info(index)['video_id']
            for index in range(len(dataset))
        }
        if names != known:
            doubled = sorted(name.rpartition('@')[0] for name in names - known)
            raise ValueError(
                'pseudo labels are stored by the name of the video, but '
                f'several data sets have videos of one name: {doubled[0]!r}'
            )
        return dataset

    def _store(self, runner: Runner) -> LabelStore:
        return LabelStore(
            self.folder or Path(runner.work_dir, 'pseudo_labels')
        )

    def _read_labels(self, runner: Runner, next_iter: int) -> None:
        folder = str(self._store(runner).folder)
        for loader in _find_loaders(runner.train_loop.dataloader.dataset):
            loader.folder = folder
        runner.train_loop.restart_data(next_iter)


def _hash(model: BaseSegmentor) -> str:
    """Hash what segments, without what post-processing remembers."""
    parts = dict(model.named_children())
    parts.pop('postprocess_state')
    return hash_weights(nn.ModuleDict(parts))


def _change(dataset: Mapping, changes: Mapping) -> dict[str, Any]:
    """Change the config of a data set, or of each that is concatenated."""
    if 'datasets' in dataset:
        parts = [_change(part, changes) for part in dataset['datasets']]
        return dict(dataset, datasets=parts)
    merged = Config(dict(dataset=copy.deepcopy(dataset)))
    merged.merge_from_dict(dict(dataset=ConfigDict(changes)))
    check_config(merged)
    return merged['dataset'].to_dict()


def _find_loaders(part: Any) -> Iterator[LoadPseudoMasks]:
    """The transforms that read labels, in data sets of any nesting."""
    if isinstance(part, LoadPseudoMasks):
        yield part
        return
    inner: list[Any] = []
    for name in ('datasets', 'dataset', 'pipeline', 'transforms'):
        found = getattr(part, name, None)
        inner += found if isinstance(found, (list, tuple)) else [found]
    for other in inner:
        if other is not None:
            yield from _find_loaders(other)


def _report(videos: Sequence[LabelledVideo], channel: int) -> None:
    shares = [share for video in videos for share in video.shares]
    num_empty = shares.count(0.0)
    num_new = sum(video.is_new for video in videos)
    print_log(
        f'labels of {num_new} videos were made, of {len(videos) - num_new} '
        f'were there; the object covers {sum(shares) / len(shares):.1%} of '
        f'the frames, and {num_empty} of {len(shares)} labels are empty',
        logger='current',
    )
    if num_empty == len(shares):
        _refuse(shares, 'are empty', channel, 'leaves nothing of it')
    if min(shares) == 1:
        _refuse(shares, 'cover the whole frame', channel, 'does not bound it')


def _refuse(
    shares: Sequence[float], what: str, channel: int, constraint: str
) -> None:
    raise ValueError(
        f'all {len(shares)} pseudo labels {what}: channel {channel} shows no '
        f'object, or the constraint {constraint}; look at the masks after '
        'the first stage, train it longer, choose another channel '
        '(ObjectChannel(channel=...)), or change refine and constraint of '
        'PseudoLabelHook'
    )


def _keep_segmenting(config: Mapping[str, Any],
                     training_keys: Sequence[str]) -> dict[str, Any]:
    """Leave out of the config of a model what its masks do not depend on."""
    left_out = {*_DESCRIBED_APART, *training_keys}
    return {
        key: _keep_segmenting(value, training_keys)
        if isinstance(value, Mapping) else value
        for key, value in config.items()
        if key not in left_out and not key.startswith('loss_')
    }
