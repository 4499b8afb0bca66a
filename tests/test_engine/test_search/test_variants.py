import pytest
from mmengine.config import Config

from mmmotion.engine import ConfigError
from mmmotion.engine.search import find_keys, list_variants, set_values


@pytest.fixture
def cfg():
    return Config(
        dict(
            model=dict(
                type='GWM',
                head=dict(type='FCNHead', in_channels=4, num_groups=4),
                motion_model=dict(type='AffineMotion'),
                loss_recon=dict(
                    type='FlowReconstructionLoss', loss_weight=1.0
                ),
                loss_appearance=dict(type='EntropyLoss', loss_weight=0.1),
                postprocess=[dict(type='BorderForeground', vote=True)],
            ),
            extra=dict(head=dict(num_groups=4)),
            train_cfg=dict(max_iters=8),
        )
    )


def test_all_combinations():
    variants = list_variants({'model.k': [2, 3], 'optimizer.lr': 0.1})
    assert [variant.values for variant in variants] == [
        {
            'model.k': 2,
            'optimizer.lr': 0.1
        },
        {
            'model.k': 3,
            'optimizer.lr': 0.1
        },
    ]
    assert [v.name for v in variants] == ['k-2_lr-0.1', 'k-3_lr-0.1']


def test_names_are_folders_of_their_own():
    variants = list_variants({
        'a.weight': [1, [1, 2]],
        'b.weight': ['x/y', 'x y']
    })
    names = [variant.name for variant in variants]
    assert len(set(names)) == 4
    assert names[0] == 'a.weight-1_b.weight-x_y'
    assert not any('/' in name or ' ' in name for name in names)


def test_one_key_stands_for_all_below(cfg):
    assert find_keys(cfg, 'model.num_groups') == ['model.head.num_groups']
    cfg.model.motion_model.num_groups = 4
    assert find_keys(cfg, 'model.num_groups') == [
        'model.head.num_groups', 'model.motion_model.num_groups'
    ]


def test_values_are_set_everywhere(cfg):
    del cfg.model.motion_model
    set_values(cfg, {'num_groups': 3, 'model.postprocess.0.vote': False})
    assert cfg.model.head.num_groups == cfg.extra.head.num_groups == 3
    assert cfg.model.postprocess[0].vote is False


def test_an_argument_need_not_be_spelled(cfg):
    set_values(cfg, {'model.motion_model.weighting': 'square'})
    assert cfg.model.motion_model.weighting == 'square'


@pytest.mark.parametrize(
    'key, message', [
        ('model.hed.num_groups', "model has no 'hed', did you mean 'head'"),
        ('modle.num_groups', "the config has no 'modle'.*'model'"),
        ('unheard_of', "the config has no 'unheard_of'"),
        ('model.head.num_group', 'FCNHead has no argument'),
        ('model.loss_weight', r'several settings.*loss_recon.*=1\.0'),
        ('train_cfg.max_iters.x', "train_cfg.max_iters has no 'x'"),
    ]
)
def test_unknown_keys_are_named(cfg, key, message):
    with pytest.raises(ConfigError, match=message):
        set_values(cfg, {key: 3})


@pytest.mark.parametrize('values', [[], [1, 2, 1]])
def test_rejects_nothing_to_search(values):
    with pytest.raises(ConfigError, match=r'model\.k'):
        list_variants({'model.k': values})
