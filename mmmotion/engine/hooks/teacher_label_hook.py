"""Labels of each batch, made by a slow average of the network."""

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.model import ExponentialMovingAverage
from mmengine.runner import Runner
from torch import Tensor

from mmmotion.registry import HOOKS

from ..model_wrapper import unwrap_model
from ..pseudo_labels import LabelMaker, check_second_stage
from .object_channel_hook import keep_object_channel

_STATE = 'teacher_state_dict'
_SCORES = 'teacher_scores'


@HOOKS.register_module()
class TeacherLabelHook(Hook):
    """Train the object channel towards what an average of the weights sees.

    In every iteration of the stage, a teacher segments the frames of the
    batch as they are, augmented; its masks of the object are refined and are
    the pseudo masks of the batch. The teacher starts as the network and
    follows it, averages of batch normalisation included, in evaluation mode.
    It is saved in checkpoints, and ``PseudoLabelHook`` can label with it.

    Source: stage 2.1 of the released code of Lian, Wu, Yu, "Bootstrapping
    Objectness from Videos by Relaxed Common Fate and Visual Grouping", CVPR
    2023. There the teacher drops out channels and normalises by the batch,
    which was not intended.

    Args:
        begin: First iteration of the stage, counted from 0.
        end: First iteration after it; None has no end.
        momentum: Share of the network's weights in the teacher's next ones.
        refine: Configs of post-processing steps, see ``PseudoLabelHook``.

    Attributes:
        ema_model: The teacher; None before the stage.

    Raises:
        ValueError: If an argument is out of its range.
    """

    # Before hooks that ask for the teacher.
    priority = 'LOW'

    def __init__(
        self,
        begin: int,
        end: int | None = None,
        momentum: float = 0.001,
        refine: Sequence[dict] = (),
    ) -> None:
        if begin < 0 or (end is not None and end <= begin):
            raise ValueError(
                f'expected 0 <= begin < end, got begin={begin} and end={end}'
            )
        if not 0 < momentum < 1:
            raise ValueError(f'momentum must be in (0, 1), got {momentum}')
        self.begin = begin
        self.end = end
        self.momentum = momentum
        self.maker = LabelMaker(refine)
        self.ema_model: ExponentialMovingAverage | None = None
        self._loaded: dict[str, Tensor] | None = None
        self._has_weights = False
        self._scores: list[float] | None = None
        self._channel = 0

    def after_load_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Take the teacher out of a checkpoint."""
        self._has_weights = True
        self._loaded = checkpoint.get(_STATE)
        self._scores = (checkpoint.get('meta') or {}).get(_SCORES)

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Save the teacher."""
        if self.ema_model is not None:
            checkpoint[_STATE] = {
                key: value.cpu()
                for key, value in self.ema_model.state_dict().items()
            }
            checkpoint['meta'][_SCORES] = self._scores

    def before_train(self, runner: Runner) -> None:
        """Check the config; continue with the teacher of a checkpoint.

        Raises:
            ValueError: If a part of the stage is missing, or the weights or
                the teacher that it needs.
        """
        check_second_stage(
            runner,
            type(self).__name__, self.begin, self._has_weights
        )
        self.maker.init_weights()
        if runner.iter <= self.begin:
            return
        if self._loaded is None:
            raise ValueError(
                f'the checkpoint of iteration {runner.iter} has no teacher, '
                f'though it begins at iteration {self.begin}: resume from '
                'that iteration or before'
            )
        self._start(runner)
        assert self.ema_model is not None
        self.ema_model.load_state_dict(self._loaded)
        self._loaded = None

    def before_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,  # whatever the data loader yields
    ) -> None:
        """Move the teacher and label the batch."""
        has_ended = self.end is not None and runner.iter >= self.end
        if runner.iter < self.begin or has_ended:
            return
        if self.ema_model is None:
            self._scores = None
            self._start(runner)
        assert self.ema_model is not None
        self.ema_model.update_parameters(unwrap_model(runner.model))
        inputs = data_batch['inputs']
        inputs['pseudo_masks'] = [
            self._label(frames, data_batch['data_samples'][i])
            for i, frames in enumerate(inputs['frames'])
        ]

    def _start(self, runner: Runner) -> None:
        self._channel, self._scores = keep_object_channel(
            runner, self._scores,
            type(self).__name__
        )
        self.ema_model = ExponentialMovingAverage(
            unwrap_model(runner.model), self.momentum, update_buffers=True
        )
        self.ema_model.eval()

    @torch.no_grad()
    def _label(self, frames: Tensor, sample: Any) -> Tensor:
        """(T, 1, H, W) labels of the frames (T, 3, H, W) of a sample."""
        assert self.ema_model is not None
        model = self.ema_model.module
        model.kept_maps = self.maker.feature_indices
        # Models segment the first frame of a sample.
        batch = dict(
            inputs=dict(frames=[frame[None] for frame in frames]),
            data_samples=[sample.clone() for _ in frames],
        )
        data = model.data_preprocessor(batch, False)
        labels = [
            torch.from_numpy(self.maker(frame, self._channel))
            for frame in model.predict_regions(**data)
        ]
        return torch.stack(labels)[:, None].float() / 255
