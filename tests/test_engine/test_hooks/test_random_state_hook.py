import random
from types import SimpleNamespace

import numpy as np
import torch

from mmmotion.engine.hooks import RandomStateHook
from mmmotion.engine.random_state import gather_random_states


def draw():
    return torch.rand(1).item(), np.random.rand(), random.random()


def checkpoint_and_next_draw(iteration):
    states = gather_random_states()
    expected = draw()
    draw()
    meta = dict(iter=iteration, random_state=states)
    return dict(meta=meta), expected


def test_state_is_restored_once_at_the_first_iteration():
    hook = RandomStateHook()
    runner = SimpleNamespace(iter=5)
    checkpoint, expected = checkpoint_and_next_draw(5)
    hook.after_load_checkpoint(runner, checkpoint)
    draw()
    hook.before_train_iter(runner, 5)
    assert draw() == expected
    hook.before_train_iter(runner, 6)
    assert draw() != expected


def test_weights_of_another_run_bring_no_state():
    hook = RandomStateHook()
    checkpoint, expected = checkpoint_and_next_draw(5)
    hook.after_load_checkpoint(SimpleNamespace(), checkpoint)
    hook.before_train_iter(SimpleNamespace(iter=0), 0)
    assert draw() != expected


def test_other_number_of_processes_is_reported(caplog):
    hook = RandomStateHook()
    checkpoint, expected = checkpoint_and_next_draw(5)
    checkpoint['meta']['random_state'] *= 2
    hook.after_load_checkpoint(SimpleNamespace(), checkpoint)
    hook.before_train_iter(SimpleNamespace(iter=5), 5)
    assert draw() != expected


def test_validation_leaves_no_trace():
    hook = RandomStateHook()
    state = torch.get_rng_state()
    hook.before_val(None)
    draw()
    hook.after_val_epoch(None)
    assert torch.equal(torch.get_rng_state(), state)
    draw()
    hook.after_val(None)
    assert torch.equal(torch.get_rng_state(), state)


def test_checkpoints_of_other_tools_are_accepted():
    hook = RandomStateHook()
    hook.after_load_checkpoint(None, dict(state_dict={}))
    hook.before_train_iter(SimpleNamespace(iter=3), 3)
