import pytest
from mmengine.config import Config
from mmengine.runner import Runner
from torch import nn

from mmmotion.engine import ConfigError, check_config, load_config
from mmmotion.engine.config_check import known_keys
from mmmotion.engine.loops import IterTrainLoop
from mmmotion.registry import MODELS


@MODELS.register_module()
class StrictPart(nn.Module):

    def __init__(self, width, depth=1):
        super().__init__()


@MODELS.register_module()
class OpenPart(StrictPart):

    def __init__(self, height=1, **kwargs):
        super().__init__(**kwargs)


@pytest.mark.parametrize(
    'wrong, right', [
        ('train_dataloder', 'train_dataloader'),
        ('optimizer_wrapper', 'optim_wrapper'),
        ('param_schedulers', 'param_scheduler'),
        ('test_evaluater', 'test_evaluator'),
        ('custom_hook', 'custom_hooks'),
        ('workdir', 'work_dir'),
        ('default_hook', 'default_hooks'),
        ('custom_import', 'custom_imports'),
    ]
)
def test_misspelt_top_level_key_is_refused(wrong, right):
    with pytest.raises(ConfigError) as caught:
        check_config(Config({wrong: dict()}))
    assert repr(wrong) in str(caught.value)
    assert repr(right) in str(caught.value)


@pytest.mark.parametrize(
    'name', [
        'dataset_type', 'data_root', 'train_pipeline', 'val_pipeline',
        'test_pipeline', 'train_dataset', 'val_dataset', 'test_dataset',
        'crop_size', 'norm_cfg', 'optimizer', 'max_iters', 'model_small',
        'num_groups', 'base_train_dataloader', 'img_scale', '_train_dataloder',
        'gaps', 'backend_args', 'train_evaluator'
    ]
)
def test_variables_of_a_config_pass(name):
    check_config(Config({name: 1}))


def test_every_argument_of_the_runner_is_known():
    assert {'train_dataloader', 'resume', 'randomness'} <= known_keys()
    check_config(dict.fromkeys(known_keys()))
    assert 'self' not in known_keys()
    assert hasattr(Runner, 'from_cfg')


def test_unknown_argument_of_a_component_is_named_with_its_place():
    part = dict(type='StrictPart', width=1, depht=2)
    with pytest.raises(ConfigError) as caught:
        check_config(dict(model=dict(parts=[dict(), part])))
    message = str(caught.value)
    assert message.startswith('model.parts[1]: StrictPart has no argument')
    assert "'depht', did you mean 'depth'?" in message


def test_component_that_hands_arguments_on():
    check_config(dict(a=dict(type='OpenPart', width=1, depth=2, height=3)))
    check_config(dict(a=dict(type='OpenPart', anything=1)))
    with pytest.raises(ConfigError, match="'heigt', did you mean 'height'"):
        check_config(dict(a=dict(type='OpenPart', heigt=1)))


@pytest.mark.parametrize(
    'part', [
        dict(type='mmmotion.StrictPart', width=1, wdth=2),
        dict(type=IterTrainLoop, max_iters=4, val_intervall=2),
        dict(type='IterTrainLoop', max_iters=4, val_intervall=2),
        dict(type='ResumableCheckpointHook', intervall=3),
        dict(type='VideoSampler', gap_sampler='pairs'),
    ]
)
def test_components_are_found_by_any_name(part):
    with pytest.raises(ConfigError, match='has no argument'):
        check_config(dict(a=part))


@pytest.mark.parametrize(
    'part', [
        dict(type='mmseg.StrictPart', whatever=1),
        dict(type='NotRegistered', whatever=1),
        dict(type='Conv2d', whatever=1),
        dict(type='PlainCheckpointHook', priority='LOW'),
        dict(type='StrictPart', width=1, _scope_='mmmotion'),
    ]
)
def test_what_is_not_ours_is_left_to_its_builder(part):
    check_config(dict(a=part))


def test_missing_config_is_named_with_a_hint(tmp_path):
    (tmp_path / 'gwm_davis.py').write_text('a = 1')
    with pytest.raises(FileNotFoundError) as caught:
        load_config(tmp_path / 'gwm_daviss.py')
    assert str(tmp_path / 'gwm_daviss.py') in str(caught.value)
    assert 'did you mean' in str(caught.value)
    assert load_config(tmp_path / 'gwm_davis.py', {'a': 2}).a == 2


def test_missing_config_in_a_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match='configs lie in'):
        load_config(tmp_path / 'no' / 'x.py')


@pytest.mark.parametrize('name', ['mine.py', 'second.py'])
def test_missing_base_is_named_with_a_hint(tmp_path, name):
    (tmp_path / 'mine.py').write_text("_base_ = './configs/gwm.py'\n")
    (tmp_path / 'second.py').write_text("_base_ = 'mine.py'\n")
    with pytest.raises(FileNotFoundError) as caught:
        load_config(tmp_path / name)
    message = str(caught.value)
    assert message.startswith(f'{tmp_path}/configs/gwm.py not found, from')
    assert f'{tmp_path / name} or one of its bases' in message
    assert 'mmmotion.apis.config_path' in message


def test_other_missing_files_are_not_taken_for_a_base(tmp_path):
    (tmp_path / 'mine.py').write_text('raise FileNotFoundError("my data")\n')
    with pytest.raises(FileNotFoundError, match=r'^my data$'):
        load_config(tmp_path / 'mine.py')


@pytest.mark.parametrize(
    'key, right',
    [
        ('env_cfg.cudnn_benchmrk', 'cudnn_benchmark'),
        ('env_cfg.dist_cfg.backnd', 'backend'),
        ('train_dataloader.batch_szie', 'batch_size'),
        ('randomness.sed', 'seed'),
        ('auto_scale_lr.base_batch', 'base_batch_size'),
        ('supervision.mask', 'masks'),
    ],
)
def test_unknown_key_of_a_section_is_named_with_its_place(key, right):
    cfg = Config(
        dict(
            train_dataloader=dict(batch_size=2),
            randomness=dict(seed=1),
            env_cfg=dict(dist_cfg=dict(backend='gloo')),
        )
    )
    check_config(cfg)
    cfg.merge_from_dict({key: 1})
    with pytest.raises(ConfigError, match=f'{key}, did you mean .{right}'):
        check_config(cfg)


@pytest.mark.parametrize(
    'option, hint',
    [('max_iters', "'train_cfg.max_iters'"), ('modle.type', "'model'"),
     ('foo.bar', "no 'foo'")],
)
def test_option_that_nothing_reads_is_refused(option, hint, tmp_path):
    path = tmp_path / 'config.py'
    path.write_text('model = dict()\ntrain_cfg = dict(max_iters=3)\n')
    with pytest.raises(ConfigError, match=f'unknown option .*{hint}'):
        load_config(path, {option: 1})


def test_option_may_add_what_the_runner_knows(tmp_path):
    path = tmp_path / 'config.py'
    path.write_text('size = (1, 2)\n')
    cfg = load_config(path, {'load_from': 'a.pth', 'size': (3, 4)})
    assert (cfg.load_from, tuple(cfg.size)) == ('a.pth', (3, 4))


@pytest.mark.parametrize(
    'key, value, message',
    [
        ('optim_wrapper.optimizer', dict(type='Adam', lrr=1), "Adam .*'lr'"),
        (
            'optim_wrapper', dict(type='OptimWrapper',
                                  clip_gradd=1), "OptimWrapper .*'clip_grad'"
        ),
        (
            'param_scheduler',
            [dict(type='MultiStepLR', milestons=[1])],
            "MultiStepLR .*'milestones'",
        ),
        (
            'default_hooks.logger', dict(type='LoggerHook', intervall=1),
            "LoggerHook .*'interval'"
        ),
        (
            'custom_hooks',
            [dict(type='mmengine.EmptyCacheHook', after_iters=True)],
            "EmptyCacheHook .*'after_iter'",
        ),
    ],
)
def test_arguments_of_the_engine_are_checked_where_their_place_is_known(
    key, value, message
):
    cfg = Config(dict(optim_wrapper={}, default_hooks={}))
    cfg.merge_from_dict({key: value})
    place = key.replace('.', r'\.') + (r'\[0\]' * isinstance(value, list))
    with pytest.raises(ConfigError, match=f'^{place}: {message}'):
        check_config(cfg)


def test_what_the_engine_takes_passes():
    check_config(
        dict(
            optim_wrapper=dict(
                type='OptimWrapper',
                constructor='DefaultOptimWrapperConstructor',
                paramwise_cfg=dict(norm_decay_mult=0),
                optimizer=dict(type='AdamW', lr=1, fused=True),
            ),
            param_scheduler=[
                dict(
                    type='LinearLR',
                    start_factor=0.1,
                    by_epoch=True,
                    end=5,
                    convert_to_iter_based=True,
                )
            ],
            custom_hooks=[dict(type='EMAHook', momentum=0.1, priority=49)],
        )
    )
