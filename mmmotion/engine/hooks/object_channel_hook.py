"""Which channel of a network is the object, found without labels."""

import logging
import zlib
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.dataset import pseudo_collate
from mmengine.dist import all_gather_object, get_rank, get_world_size
from mmengine.hooks import CheckpointHook, Hook
from mmengine.logging import print_log
from mmengine.runner import Runner
from torch import Tensor

from mmmotion.evaluation.metrics.result_files import format_table
from mmmotion.postprocessing import (
    FrameFeatures,
    ObjectChannel,
    find_object_channel,
)
from mmmotion.registry import DATASETS, HOOKS

from ..channel_scores import AlignmentScore, MotionScore
from ..model_wrapper import unwrap_model
from ..random_state import RandomStream
from ..unlabelled_frames import draw_frames, first_frames, load_unlabelled


@HOOKS.register_module()
class ObjectChannelHook(Hook):
    """Find the channel for the step ``ObjectChannel`` of post-processing.

    It is the channel with the largest mean score over some frames. No label
    is read. It is found for the weights that a training validates or saves,
    so that checkpoints hold it, and before a test or validation of weights
    that do not tell it, as those of other projects. A training forgets it
    with the next iteration. All processes share the frames and find the
    same. A channel that the config fixes is left alone.

    With ``EMAHook``, what was found first, for the trained weights or for the
    averaged ones, goes into the checkpoint with both.

    Args:
        by: ``'motion'``, the mean length of the channel's own motion in
            training pairs, for models that have a motion pathway (AMD); or
            ``'alignment'`` with the appearance of frames, for any model.
        num_frames: Number of frames (or pairs) that are looked at.
        frames: ``'drawn'`` as the sampler of the data loader draws them
            (spread evenly if it is not endless), or the ``'first'`` frame of
            each video, all of them, as in the papers on alignment.
        dataloader: Key of the data loader in the config whose frames and
            pipeline are used.
        score: What alignment is: ``'cut'`` (the released code of RCF) or
            ``'overlap'`` (IMAS), see ``AlignmentScore``.
        threshold: See ``AlignmentScore``.
        features: What alignment compares: ``'color'``, ``'segmentor'`` or
            the config of an encoder, see ``FrameFeatures``.
        in_index: See ``FrameFeatures``.
        data_preprocessor: See ``FrameFeatures``.
        frame_size: See ``FrameFeatures``.

    Raises:
        ValueError: If an argument is out of its range.
    """

    # After hooks that swap weights for a validation or test, and before the
    # checkpoint is saved.
    priority = 'BELOW_NORMAL'

    def __init__(
        self,
        by: str = 'motion',
        num_frames: int = 64,
        frames: str = 'drawn',
        dataloader: str = 'train_dataloader',
        score: str = 'cut',
        threshold: float | None = None,
        features: str | dict = 'color',
        in_index: int = -1,
        data_preprocessor: dict | None = None,
        frame_size: Sequence[int] | None = None,
    ) -> None:
        for name, value, known in (
            ('by', by, ('motion', 'alignment')),
            ('frames', frames, ('drawn', 'first')),
            ('score', score, ('cut', 'overlap')),
        ):
            if value not in known:
                raise ValueError(
                    f'expected {name} to be one of {known}, got {value!r}'
                )
        if num_frames < 1:
            raise ValueError(
                f'num_frames must be at least 1, got {num_frames}'
            )
        self.num_frames = num_frames
        self.frames = frames
        self.dataloader = dataloader
        self.score: MotionScore | AlignmentScore = MotionScore()
        if by == 'alignment':
            described = FrameFeatures(
                features, in_index, data_preprocessor, frame_size
            )
            self.score = AlignmentScore(described, score, threshold)
        self._scores: Tensor | None = None
        self._is_training = False
        self._is_kept = False
        self._datasets: dict[str, Any] = {}  # whatever the config builds

    def before_run(self, runner: Runner) -> None:
        """Check that the model can tell, and that it wants to know.

        Raises:
            TypeError: If the model does not measure its motion.
            ValueError: If it has no step ``ObjectChannel``.
        """
        _find_step(runner)
        self.score.check(unwrap_model(runner.model))

    def after_load_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Forget the choice, before that of the checkpoint is loaded."""
        self._forget(runner)

    def before_train(self, runner: Runner) -> None:
        """Forget the choice of the weights that the training starts from."""
        self.score.init_weights()
        self._is_training = True
        self._forget(runner)

    def after_train(self, runner: Runner) -> None:
        """Leave the choice to the weights."""
        self._is_training = False

    def before_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,  # whatever the data loader yields
    ) -> None:
        """Forget the choice, for the weights change."""
        if self._scores is not None:
            self._forget(runner)

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict | None = None,
    ) -> None:
        """Choose after the last iteration and before weights are saved."""
        if self.is_last_train_iter(runner) or self._is_saved(runner, False):
            self._choose(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        """Choose before the weights of an epoch are saved."""
        if self._is_saved(runner, True):
            self._choose(runner)

    def before_val_epoch(self, runner: Runner) -> None:
        """Choose for the weights that are validated."""
        if self._is_training or _find_step(runner).current is None:
            self._choose(runner)

    def before_test_epoch(self, runner: Runner) -> None:
        """Choose if the weights do not tell; say what they tell."""
        step = _find_step(runner)
        if step.current is None:
            self._choose(runner)
        elif step.channel is None:
            print_log(
                f'the weights tell that channel {step.current} is the object',
                logger='current',
            )

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Let averaged weights hold the choice as well."""
        step = _find_step(runner)
        prefix = f'postprocess_state.{type(step).__name__}'
        for name, value in step.state_dict().items():
            key = f'{prefix}.{name}'
            checkpoint['state_dict'][key] = value.cpu()
            if 'ema_state_dict' in checkpoint:
                checkpoint['ema_state_dict'][f'module.{key}'] = value.cpu()

    def keep(
        self, runner: Runner, scores: Tensor | None = None
    ) -> Tensor | None:
        """Choose a channel that stays, however the weights change.

        Args:
            runner: The runner.
            scores: (K,) scores of an earlier choice; None measures them.

        Returns:
            (K,) the scores; None if the config fixes the channel.
        """
        if scores is not None:
            self._scores = scores
        self._choose(runner)
        self._is_kept = True
        return self._scores

    def _is_saved(self, runner: Runner, by_epoch: bool) -> bool:
        """Whether a checkpoint of the current weights will be saved."""
        is_due = self.every_n_epochs if by_epoch else self.every_n_train_iters
        return any(
            is_due(runner, hook.interval, hook.save_begin)
            for hook in runner.hooks
            if isinstance(hook, CheckpointHook) and hook.by_epoch is by_epoch
        )

    def _forget(self, runner: Runner) -> None:
        if self._is_kept:
            return
        self._scores = None
        _find_step(runner).reset()

    def _choose(self, runner: Runner) -> None:
        """Write the choice for the current weights into the step."""
        step = _find_step(runner)
        if step.channel is not None:
            return
        if self._scores is not None:
            step.choose(self._scores)
            return
        used: MotionScore | AlignmentScore = self.score
        self._scores = self._measure(runner)
        if used.tells_nothing(self._scores):
            self._scores, used = self._fall_back(runner, self._scores)
        step.choose(self._scores)
        scores = [f'{score:.4g}' for score in self._scores.tolist()]
        table = format_table(
            ['channel', used.name],
            [[str(k), score] for k, score in enumerate(scores)],
            ['object', str(step.current)],
        )
        print_log(f'{used.caveat}\n{table}', logger='current')

    def _fall_back(
        self, runner: Runner, scores: Tensor
    ) -> tuple[Tensor, MotionScore | AlignmentScore]:
        """Scores by motion, if the model can tell, where others are 0."""
        model = unwrap_model(runner.model)
        has_motion = hasattr(model, 'channel_motion')
        taken = 'channel with the largest motion' if has_motion else 'first'
        print_log(
            'no channel passes as an object: all overlaps are 0 in all frames '
            f'that were looked at, for each of the {len(scores)} channels; '
            f'the {taken} is taken. Either what looks like a channel reaches '
            'over too much of the width or height (other features or a '
            'larger threshold may tell them apart), or no mask is above one '
            'half, or nothing looks like it (a smaller threshold)',
            logger='current',
            level=logging.WARNING,
        )
        if not has_motion:
            return scores, self.score
        motion = MotionScore()
        return self._measure(runner, motion), motion

    @torch.no_grad()
    def _measure(
        self, runner: Runner, score: MotionScore | None = None
    ) -> Tensor:
        """(K,) mean scores, the same on all processes."""
        model = unwrap_model(runner.model)
        if score is None:
            dataset, draws = self._select(runner, self.dataloader, self.frames)
        else:  # motion is that of training pairs
            dataset, draws = self._select(runner, 'train_dataloader', 'drawn')
        numbers = range(get_rank(), len(draws), get_world_size())
        mine = [draws[number] for number in numbers]
        samples = load_unlabelled(dataset, mine)
        was_training = model.training
        model.eval()
        scores = []
        for number in numbers:
            # The numbers of a training and of other frames stay as they are.
            with RandomStream(zlib.crc32(str(number).encode())).use():
                batch = pseudo_collate([next(samples)])
                inputs = model.data_preprocessor(batch, False)['inputs']
                scored = (score or self.score)(model, inputs)[0].double().cpu()
            scores.append((number, scored))
        model.train(was_training)
        parts = [pair for part in all_gather_object(scores) for pair in part]
        # Sums in one order, whatever the number of processes.
        parts.sort(key=lambda pair: pair[0])
        return torch.stack([scored for _, scored in parts]).nanmean(dim=0)

    def _select(self, runner: Runner, dataloader: str,
                frames: str) -> tuple[Any, list]:
        """The data set and the frames that are looked at."""
        loader = runner.cfg.get(dataloader)
        if not loader:
            raise ValueError(
                f'ObjectChannelHook looks at frames of {dataloader}, which '
                'the config does not have'
            )
        if dataloader not in self._datasets:
            print_log(
                'ObjectChannelHook looks for the object in frames of '
                f'{dataloader}',
                logger='current',
            )
            self._datasets[dataloader] = DATASETS.build(loader['dataset'])
        dataset = self._datasets[dataloader]
        if frames == 'first':
            return dataset, first_frames(dataset)
        return dataset, draw_frames(
            dataset, loader['sampler'], self.num_frames
        )


def keep_object_channel(runner: Runner, scores: list[float] | None,
                        who: str) -> tuple[int, list[float] | None]:
    """Fix the object channel of a model for the rest of its training.

    Args:
        runner: The runner; its ``ObjectChannelHook``, if there is one,
            chooses.
        scores: (K,) scores of an earlier choice, which is taken again.
        who: What needs the channel, for the message.

    Returns:
        The channel, and the scores that chose it; None if the config did.

    Raises:
        ValueError: If nothing tells the channel.
    """
    kept = None if scores is None else torch.tensor(scores)
    for hook in runner.hooks:
        if isinstance(hook, ObjectChannelHook):
            kept = hook.keep(runner, kept)
    channel = find_object_channel(unwrap_model(runner.model), who).current
    if channel is None:
        raise ValueError(
            f'{who} has to know which channel is the object: add '
            "dict(type='ObjectChannelHook') to custom_hooks, or fix it with "
            'ObjectChannel(channel=...)'
        )
    return channel, None if kept is None else kept.tolist()


def _find_step(runner: Runner) -> ObjectChannel:
    return find_object_channel(unwrap_model(runner.model), 'ObjectChannelHook')
