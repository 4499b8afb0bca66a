import pickle
from collections import OrderedDict

import pytest
import torch
from mmengine.runner.checkpoint import _load_checkpoint
from torch import nn

from mmmotion.engine import (
    CheckpointError,
    check_state_dict,
    describe_match,
    load_checkpoint,
    read_checkpoint,
)
from mmmotion.engine.checkpoint_io import load_from_http


class Payload:
    """Unpickling it would call a function."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, 'w')


@pytest.fixture
def model():
    return nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))


@pytest.mark.parametrize('legacy', [False, True])
@pytest.mark.parametrize('read', [read_checkpoint, _load_checkpoint])
def test_no_code_of_a_file_is_executed(tmp_path, read, legacy):
    path, trap = tmp_path / 'evil.pth', tmp_path / 'trap'
    content = dict(state_dict={}, extra=Payload(trap))
    torch.save(content, path, _use_new_zipfile_serialization=not legacy)
    with pytest.raises(CheckpointError) as caught:
        read(str(path))
    assert not trap.exists()
    assert str(path) in str(caught.value)
    assert 'tools/convert_checkpoint.py' in str(caught.value)


def test_plain_pickle_is_refused(tmp_path):
    path, trap = tmp_path / 'weights.pkl', tmp_path / 'trap'
    path.write_bytes(pickle.dumps(Payload(trap)))
    with pytest.raises(CheckpointError, match=r'weights\.pkl'):
        read_checkpoint(path)
    assert not trap.exists()


@pytest.mark.parametrize('scheme', ['modelzoo', 'torchvision', 's3'])
def test_other_schemes_of_mmengine_run_without_code(
    tmp_path, monkeypatch, scheme
):
    from mmmotion.engine import checkpoint_io

    path, trap = tmp_path / 'evil.pth', tmp_path / 'trap'
    torch.save(Payload(trap), path)

    def loader(filename, map_location):
        return torch.load(path, map_location, weights_only=False)

    guarded = checkpoint_io._guard(loader)
    with pytest.raises(CheckpointError, match=f'{scheme}://net'):
        guarded(f'{scheme}://net', 'cpu')
    assert not trap.exists()


def test_download_is_read_without_code(tmp_path):
    trap = tmp_path / 'trap'
    torch.save(Payload(trap), tmp_path / 'net.pth')
    # Already in the folder of downloads: nothing is fetched.
    with pytest.raises(CheckpointError, match='executing code'):
        load_from_http('http://host/net.pth?x=1', 'cpu', str(tmp_path))
    assert not trap.exists()


@pytest.mark.parametrize('damage', ['truncate', 'empty', 'text', 'flip'])
def test_damaged_file_is_named(tmp_path, model, damage):
    path = tmp_path / 'iter_7.pth'
    torch.save(dict(state_dict=model.state_dict()), path)
    data = path.read_bytes()
    path.write_bytes({
        'truncate': data[:-100],
        'empty': b'',
        'text': b'not a checkpoint',
        'flip': data[:40] + bytes(60) + data[100:],
    }[damage])
    with pytest.raises(CheckpointError, match=r'iter_7\.pth'):
        read_checkpoint(path)


def test_missing_file_is_named_with_its_full_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=str(tmp_path / 'no.pth')):
        read_checkpoint('no.pth')


def test_a_tensor_is_no_checkpoint(tmp_path):
    torch.save(torch.zeros(3), tmp_path / 'x.pth')
    with pytest.raises(CheckpointError, match='holds a Tensor'):
        read_checkpoint(tmp_path / 'x.pth')


@pytest.mark.parametrize('nested', [True, False])
@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_weights_are_loaded(tmp_path, model, nested, prefix):
    weights = {prefix + k: v + 1 for k, v in model.state_dict().items()}
    path = tmp_path / 'x.pth'
    torch.save(dict(state_dict=weights) if nested else weights, path)
    expected = OrderedDict((k, v + 1) for k, v in model.state_dict().items())
    load_checkpoint(model, path)
    for key, value in model.state_dict().items():
        assert torch.equal(value, expected[key])


def test_weights_of_another_model_are_refused(tmp_path, model):
    other = nn.ModuleDict(dict(stem=nn.Conv2d(3, 4, 3)))
    torch.save(other.state_dict(), tmp_path / 'other.pth')
    for strict in (True, False):
        with pytest.raises(CheckpointError) as caught:
            load_checkpoint(model, tmp_path / 'other.pth', strict)
        message = str(caught.value)
        assert 'other.pth does not belong to this Sequential' in message
        assert '0.weight' in message
        assert 'stem.weight' in message
        assert 'num_batches_tracked' not in message


def test_partly_fitting_weights_pass_only_if_not_strict(tmp_path, model):
    weights = model.state_dict()
    weights['0.weight'] = torch.ones(2, 2)
    weights['0.bias'] = torch.ones(3)
    del weights['1.weight']
    torch.save(weights, tmp_path / 'part.pth')
    with pytest.raises(CheckpointError) as caught:
        load_checkpoint(model, tmp_path / 'part.pth')
    assert '(checkpoint (2, 2), model (3, 2))' in str(caught.value)
    assert '1 missing: 1.weight' in str(caught.value)
    load_checkpoint(model, tmp_path / 'part.pth', strict=False)
    assert torch.equal(model[0].bias, torch.ones(3))


def test_who_converted_a_head_alone_is_told_how_to_add_the_encoder():
    parts = dict(encoder=nn.Linear(2, 2), decoder=nn.Linear(2, 1))
    model = nn.ModuleDict(parts)
    weights = model.state_dict()
    head = {key: weights[key] for key in weights if 'decoder' in key}
    with pytest.raises(CheckpointError, match=r'2 missing.*--encoder of'):
        check_state_dict(model, head)
    with pytest.raises(CheckpointError) as caught:
        check_state_dict(model, dict(head, other=torch.ones(1)))
    assert '--encoder' not in str(caught.value)


def test_what_is_taken_is_described(model):
    weights = dict(model.state_dict())
    assert describe_match(model, weights) == (
        f'{len(weights)} of the {len(weights)} entries of the model are taken.'
    )
    weights['0.weight'] = torch.ones(2, 2)
    del weights['1.weight']
    weights |= {'flow.a': torch.ones(1), 'flow.b': torch.ones(1)}
    described = describe_match(model, weights)
    assert described.startswith(f'{len(weights) - 3} of the ')
    for part in ('1 not in the checkpoint: 1.weight.',
                 '0.weight (checkpoint (2, 2), model (3, 2)).',
                 'not used: flow (2 entries).'):
        assert part in described


def test_a_long_difference_is_cut_short():
    model = nn.Sequential(*[nn.Linear(1, 1) for _ in range(50)])
    with pytest.raises(CheckpointError, match=r'and 95 more') as caught:
        check_state_dict(model, {})
    assert len(str(caught.value)) < 300


def test_nothing_is_printed(tmp_path, monkeypatch):
    path = tmp_path / 'a.pth'
    torch.save(dict(state_dict={}), path)

    def refuse(*args):
        raise AssertionError(f'{args} on the console')

    monkeypatch.setattr('builtins.print', refuse)
    assert _load_checkpoint(str(path)) == dict(state_dict={})
