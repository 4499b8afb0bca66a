import io
import random

import numpy as np
import torch

from mmmotion.engine.random_state import (
    gather_random_states,
    get_random_state,
    set_random_state,
)


def draw():
    return (
        torch.rand(2).tolist(), np.random.rand(), np.random.randn(),
        random.random(), random.gauss(0, 1)
    )


def test_every_generator_continues_after_a_round_trip_through_a_file():
    draw()
    buffer = io.BytesIO()
    torch.save(get_random_state(), buffer)
    expected = draw()
    draw()
    buffer.seek(0)
    set_random_state(torch.load(buffer, weights_only=True))
    assert draw() == expected


def test_one_process_gathers_its_own_state():
    states = gather_random_states()
    assert len(states) == 1
    assert torch.equal(states[0]['torch'], torch.get_rng_state())
