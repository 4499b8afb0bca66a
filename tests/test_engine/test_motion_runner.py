"""What the runner of the toolbox says and keeps that mmengine's does not."""

import pytest
from mmengine.config import Config
from mmengine.optim import OptimWrapperDict, build_optim_wrapper
from mmengine.runner import BaseLoop

from mmmotion.datasets import MissingFileError
from mmmotion.engine import ConfigError, build_runner, set_test_checkpoint
from mmmotion.registry import DATASETS


def run(toy, folder, mode, checkpoint=None, **options):
    cfg = toy.toy_config(folder, **options)
    if checkpoint is not None:
        set_test_checkpoint(cfg, str(checkpoint))
    runner = build_runner(cfg)
    getattr(runner, mode)()
    return runner


def test_a_test_does_not_replace_the_config_of_the_training(toy, tmp_path):
    run(toy, tmp_path, 'train', train_cfg__max_iters=2, model__dropout=0.25)
    weights = tmp_path / 'iter_2.pth'
    for mode in ('test', 'val'):
        runner = run(toy, tmp_path, mode, weights, model__dropout=0.75)
        kept = Config.fromfile(tmp_path / 'toy_config.py')
        assert kept.model.dropout == 0.25
        own = Config.fromfile(f'{runner.log_dir}/toy_config.py')
        assert own.model.dropout == 0.75
        assert own.load_from == str(weights)


def test_a_later_training_replaces_it(toy, tmp_path):
    for number in (1, 2):
        run(toy, tmp_path, 'train', train_cfg__max_iters=number)
    kept = Config.fromfile(tmp_path / 'toy_config.py')
    assert kept.train_cfg.max_iters == 2


def test_a_config_without_a_file_is_named_by_its_time(toy, tmp_path):
    cfg = toy.toy_config(tmp_path, train_cfg__max_iters=1)
    runner = build_runner(Config(cfg.to_dict()))
    runner.train()
    assert (tmp_path / f'{runner.timestamp}.py').is_file()


@pytest.mark.parametrize(
    'key, mode', [('train', 'train'), ('val', 'train'), ('test', 'test')]
)
def test_the_data_loader_of_a_missing_folder_is_named(
    toy, tmp_path, key, mode
):
    cfg = toy.toy_config(tmp_path)
    cfg[f'{key}_dataloader'].dataset = dict(
        type='VideoSegDataset', data_root='/nowhere'
    )
    runner = build_runner(cfg)
    message = (
        f'^{key}_dataloader: folder not found: /nowhere '
        r'\(data_root\)$'
    )
    with pytest.raises(FileNotFoundError, match=message):
        getattr(runner, mode)()


def test_a_loop_gets_the_config_of_its_loader(toy, tmp_path):
    runner = build_runner(toy.toy_config(tmp_path))
    loaders = []

    class Loop(BaseLoop):

        def __init__(self, runner, dataloader, evaluator):
            loaders.append(dataloader)

        def run(self):
            pass

    runner.build_test_loop(dict(type=Loop))
    assert loaders[0]['dataset']['type'] == 'ToyDataset'


@DATASETS.register_module()
def lose_file():
    raise MissingFileError('image not found: /x/1.jpg', '/x/1.jpg')


def test_an_error_keeps_its_type_and_what_it_holds(toy, tmp_path):
    cfg = toy.toy_config(tmp_path)
    cfg.train_dataloader.dataset = dict(type='lose_file')
    with pytest.raises(MissingFileError) as caught:
        build_runner(cfg).train()
    assert str(caught.value) == 'train_dataloader: image not found: /x/1.jpg'
    assert caught.value.path == '/x/1.jpg'


@pytest.mark.parametrize(
    'options, message',
    [
        (
            dict(optim_wrapper__optimizer__lr='fast'),
            r"optim_wrapper cannot be built \(TypeError.*'lr': 'fast'",
        ),
        (
            dict(optim_wrapper__optimizer__type='Sgdd'),
            r"optim_wrapper\.optimizer: unknown type 'Sgdd'",
        ),
        (
            dict(param_scheduler=[dict(type='ConstantLR', step=1)]),
            r"param_scheduler\[0\] cannot be built .*argument 'step'",
        ),
        (
            dict(default_hooks__logger__interval='often'),
            r'default_hooks\.logger cannot be built .*must be an integer',
        ),
        (
            dict(custom_hooks=[dict(type='EMAHook', begin_iter=-1)]),
            r'custom_hooks\[0\] cannot be built .*begin_iter: -1',
        ),
    ],
)
def test_what_cannot_be_built_is_named_with_its_key(
    toy, tmp_path, options, message
):
    with pytest.raises(ConfigError, match=f'^{message}'):
        run(toy, tmp_path, 'train', **options)


def test_every_optimizer_gets_all_schedulers(toy, tmp_path):
    runner = build_runner(toy.toy_config(tmp_path))
    parts = dict(runner.model.layers.named_children())
    wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=1))
    runner.optim_wrapper = OptimWrapperDict(
        **{name: build_optim_wrapper(parts[name], wrapper)
           for name in '03'}
    )
    steps = [
        dict(type='LinearLR', start_factor=0.1, end=5),
        dict(type='MultiStepLR', milestones=[7]),
    ]
    built = runner.build_param_scheduler(steps)
    assert {name: len(built[name]) for name in built} == {'0': 2, '3': 2}
    runner.optim_wrapper = runner.optim_wrapper['0']
    assert len(runner.build_param_scheduler(steps)) == 2
