"""A training squeezed into another number of iterations."""

import math
from collections.abc import Sequence
from typing import Any

from mmengine.config import Config

# What counts iterations, in schedules and in hooks of these types.
_KEYS = (
    'begin', 'end', 'T_max', 'step_size', 'milestones', 'every', 'steps'
)  # yapf: disable
_HOOKS = (
    'LossSwitchHook',
    'LossWeightStepHook',
    'OptimizerRestartHook',
    'PseudoLabelHook',
    'TeacherLabelHook',
    'TrainScaleHook',
)
# Of these, one of no length would be an error or never end.
_LENGTHS = ('T_max', 'step_size', 'every')


def shorten(cfg: Config, num_iters: int) -> None:
    """Squeeze a training into another number of iterations.

    Schedules, and the hooks of the toolbox that count iterations, keep their
    shape.

    Args:
        cfg: The whole config; changed in place.
        num_iters: The new number of iterations.
    """
    ratio = num_iters / cfg.train_cfg['max_iters']
    cfg.train_cfg['max_iters'] = num_iters
    schedulers = cfg.get('param_scheduler') or []
    if not isinstance(schedulers, list):
        schedulers = [schedulers]
    for scheduler in schedulers:
        # A stage that has vanished would divide by its length.
        _squeeze(scheduler, ratio, min_length=2)
    for hook in cfg.get('custom_hooks') or []:
        if hook['type'] in _HOOKS:
            _squeeze(hook, ratio, min_length=1)


def _squeeze(part: dict, ratio: float, min_length: int) -> None:
    for key in _KEYS:
        if part.get(key) is not None:
            least = 1 if key in _LENGTHS else 0
            part[key] = _scale(part[key], ratio, least)
    if part.get('end') is not None:
        part['end'] = max(part['end'], part.get('begin', 0) + min_length)


def _scale(value: Any, ratio: float, least: int) -> Any:
    """Scale an iteration, a list of them, or of pairs that begin with one."""
    if isinstance(value, Sequence):
        if any(isinstance(item, Sequence) for item in value):
            # Of steps at the same iteration the last one counts.
            steps = {_scale(item[0], ratio, 0): item[1] for item in value}
            return sorted(steps.items(), key=lambda step: step[0])
        return [_scale(item, ratio, least) for item in value]
    return max(round(value * ratio), least) if math.isfinite(value) else value
