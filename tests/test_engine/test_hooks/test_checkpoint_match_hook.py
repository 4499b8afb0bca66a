import pytest
import torch

from mmmotion.engine import CheckpointError, build_runner, set_test_checkpoint


@pytest.fixture
def checkpoint(toy, tmp_path):
    model = build_runner(toy.toy_config(tmp_path / 'saved')).model
    path = tmp_path / 'some.pth'
    torch.save(dict(meta={}, state_dict=model.state_dict()), path)
    return path


def test_training_starts_from_a_part_of_the_weights(toy, tmp_path, checkpoint):
    content = torch.load(checkpoint)
    del content['state_dict']['layers.0.bias']
    torch.save(content, checkpoint)
    cfg = toy.toy_config(tmp_path / 'run', train_cfg__max_iters=1)
    cfg.load_from = str(checkpoint)
    build_runner(cfg).train()
    log = next((tmp_path / 'run').glob('*/*.log')).read_text()
    assert '1 not in the checkpoint: layers.0.bias.' in log


@pytest.mark.parametrize('mode', ['train', 'test'])
def test_checkpoint_of_another_model_is_one_error(
    toy, tmp_path, checkpoint, mode
):
    other = torch.nn.Sequential(torch.nn.Linear(2, 2)).state_dict()
    torch.save(dict(meta={}, state_dict=other), checkpoint)
    cfg = toy.toy_config(tmp_path / 'run')
    cfg.load_from = str(checkpoint)
    with pytest.raises(CheckpointError) as caught:
        getattr(build_runner(cfg), mode)()
    message = str(caught.value)
    assert f'{checkpoint} does not belong to this ToyModel' in message
    assert 'layers.0.weight' in message
    assert '0.weight' in message


def test_test_tool_refuses_partial_weights(toy, tmp_path, checkpoint):
    cfg = toy.toy_config(tmp_path / 'run', model__width=5)
    set_test_checkpoint(cfg, str(checkpoint))
    with pytest.raises(CheckpointError, match='of another shape'):
        build_runner(cfg).test()


def train_then_test(toy, folder, **options):
    trained = toy.toy_config(folder, train_cfg__max_iters=2)
    build_runner(trained).train()
    cfg = toy.toy_config(folder / 'test', **options)
    set_test_checkpoint(cfg, str(folder / 'iter_2.pth'))
    build_runner(cfg).test()
    log = next((folder / 'test').glob('*/*.log')).read_text()
    return [line for line in log.splitlines() if 'other settings' in line]


def test_equal_shapes_of_another_model_are_said_once(toy, tmp_path):
    (line, ) = train_then_test(toy, tmp_path, model__dropout=0.25)
    assert f'WARNING - {tmp_path}/iter_2.pth fits but was trained' in line
    assert line.endswith(
        'model.dropout: not set in the checkpoint, 0.25 in the config'
    )


def test_the_same_model_is_not_mentioned(toy, tmp_path):
    assert train_then_test(toy, tmp_path) == []
