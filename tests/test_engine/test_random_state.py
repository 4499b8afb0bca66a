import io
import random

import numpy as np
import torch

from mmmotion.engine.random_state import (
    RandomStream,
    gather_random_states,
    get_random_state,
    seed_rank,
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


def test_every_rank_draws_its_own_numbers_again_and_again():
    drawn = []
    for rank in (0, 1, 2, 0, 1, 2):
        torch.manual_seed(5)
        np.random.seed(5)
        random.seed(5)
        alone = get_random_state()
        seed_rank(5, rank)
        drawn.append(draw())
        if rank == 0:
            set_random_state(alone)
            assert draw() == drawn[-1]
    assert drawn[:3] == drawn[3:]
    for values in zip(*drawn[:3]):
        assert len({repr(value) for value in values}) == 3


def test_one_process_gathers_its_own_state():
    states = gather_random_states()
    assert len(states) == 1
    assert torch.equal(states[0]['torch'], torch.get_rng_state())


def test_a_stream_goes_on_where_it_was_left_and_leaves_others_alone():
    with RandomStream(1).use():
        expected = draw() + draw()
    before = get_random_state()
    stream = RandomStream(1)
    with stream.use():
        first = draw()
    assert torch.equal(before['torch'], torch.get_rng_state())
    draw()
    with stream.use():
        assert first + draw() == expected
    with RandomStream(2).use():
        assert draw() != first
