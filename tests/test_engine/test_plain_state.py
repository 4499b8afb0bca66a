import enum
import io
from pathlib import Path

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

from mmmotion.datasets.draw import FrameDraw
from mmmotion.engine.plain_state import (
    plain_checkpoint,
    restore_history_buffers,
    to_plain,
)


class Colour(enum.Enum):
    RED = 'red'


def reload(value):
    buffer = io.BytesIO()
    torch.save(value, buffer)
    buffer.seek(0)
    return torch.load(buffer, weights_only=True)


def test_values_become_plain_and_keep_their_meaning():
    value = dict(
        scalar=np.float64(0.1),
        array=np.arange(3),
        path=Path('/a/b'),
        colour=Colour.RED,
        index=FrameDraw(4, 9),
        nested=[(1, np.int64(2)), {3, 1}],
        tensor=torch.ones(2),
        kept=[None, True, 1.5, 'text', b'bytes'],
    )
    plain = reload(to_plain(value))
    assert torch.equal(plain.pop('tensor'), torch.ones(2))
    assert plain == dict(
        scalar=0.1,
        array=[0, 1, 2],
        path='/a/b',
        colour='red',
        index=4,
        nested=[(1, 2), [1, 3]],
        kept=[None, True, 1.5, 'text', b'bytes'],
    )
    assert type(plain['scalar']) is float
    assert type(plain['index']) is int


def test_what_has_no_plain_form_is_left_out():
    plain = to_plain(dict(keep=1, drop=object(), items=[1, object()]))
    assert plain == dict(keep=1, items=[1, None])


def test_history_buffers_survive_a_round_trip():
    buffer = HistoryBuffer(max_length=7)
    for value in (0.1, 0.2, 0.4):
        buffer.update(value, count=2)
    checkpoint = dict(
        meta=dict(seed=np.int64(3)),
        message_hub=dict(log_scalars={'train/loss': buffer}, runtime_info={}),
    )
    plain_checkpoint(checkpoint)
    checkpoint = reload(checkpoint)
    restore_history_buffers(checkpoint)
    restored = checkpoint['message_hub']['log_scalars']['train/loss']
    assert restored.max_length == 7
    for ours, theirs in zip(restored.data, buffer.data):
        assert ours.tolist() == theirs.tolist()
    assert restored.mean(2) == buffer.mean(2)


def test_weights_are_not_touched():
    weights = torch.nn.Linear(1, 1).state_dict()
    checkpoint = dict(state_dict=weights)
    plain_checkpoint(checkpoint)
    assert checkpoint['state_dict'] is weights


def test_files_without_a_message_hub_pass():
    checkpoint = dict(state_dict={})
    restore_history_buffers(checkpoint)
    assert checkpoint == dict(state_dict={})
