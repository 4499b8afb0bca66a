from types import SimpleNamespace

import pytest
import torch
from torch import nn

from mmmotion.models import MotionDataPreprocessor
from mmmotion.registry import HOOKS

STEPS = ((0, 0.5), (10, 0.75), (20, 1.0))


def build(steps=STEPS):
    return HOOKS.build(dict(type='TrainScaleHook', steps=list(steps)))


def runner_at(iteration):
    model = nn.Module()
    model.data_preprocessor = MotionDataPreprocessor()
    return SimpleNamespace(model=model, iter=iteration)


@pytest.mark.parametrize(
    'iteration, side', [(0, 8), (9, 8), (10, 12), (19, 12), (20, 16), (99, 16)]
)
def test_images_grow_at_the_steps(iteration, side):
    runner = runner_at(iteration)
    build().before_train_iter(runner, 0)
    data = dict(inputs=dict(frames=[torch.zeros(1, 3, 16, 32)]))
    frames = runner.model.data_preprocessor(data, True)['inputs']['frames']
    assert frames.shape[-2:] == (side, 2 * side)


def test_images_are_full_before_the_first_step():
    runner = runner_at(4)
    build(((5, 0.5), )).before_train_iter(runner, 0)
    assert runner.model.data_preprocessor.train_scale == 1


@pytest.mark.parametrize(
    'steps', [(), ((5, 1.0), (5, 0.5)), ((-1, 1.0), ), ((9, 1.0), (3, 0.5))]
)
def test_iterations_have_to_rise(steps):
    with pytest.raises(ValueError, match='rising iterations'):
        build(steps)


@pytest.mark.parametrize('scale', [0, -1, 1.5])
def test_scale_has_to_be_a_share(scale):
    with pytest.raises(ValueError, match=r'scales in \(0, 1\]'):
        build(((0, scale), ))
