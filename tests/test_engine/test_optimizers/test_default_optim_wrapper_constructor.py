import pytest
import torch
from mmengine.optim import build_optim_wrapper
from torch import nn

from mmmotion.models.encoders import ViTEncoder
from mmmotion.registry import OPTIM_WRAPPER_CONSTRUCTORS

CFG = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=0.1, weight_decay=0.5),
)
PARAMWISE = dict(norm_decay_mult=0.0)


@pytest.fixture
def model():
    encoder = ViTEncoder(
        patch_size=4,
        embed_dims=8,
        depth=2,
        num_heads=2,
        img_size=8,
        frozen_stages=1,
    )
    return nn.ModuleDict(dict(encoder=encoder, head=nn.Conv2d(8, 2, 1)))


def optimised(wrapper):
    groups = wrapper.optimizer.param_groups
    return {id(p) for group in groups for p in group['params']}


@pytest.mark.parametrize('paramwise_cfg', [None, PARAMWISE])
def test_frozen_parameters_are_not_in_the_optimizer(
    model, paramwise_cfg, caplog
):
    wrapper = build_optim_wrapper(
        model, dict(CFG, paramwise_cfg=paramwise_cfg)
    )
    expected = {id(p) for p in model.parameters() if p.requires_grad}
    assert optimised(wrapper) == expected
    assert len(expected) < len(list(model.parameters()))
    assert 'requires_grad' not in caplog.text


def test_frozen_weights_stay_and_the_others_move(model):
    before = {k: v.clone() for k, v in model.state_dict().items()}
    wrapper = build_optim_wrapper(model, CFG)
    model.train()
    logits = model['head'](model['encoder'](torch.rand(1, 3, 8, 8))[0])
    wrapper.update_params(logits.square().sum())
    for name, value in model.state_dict().items():
        frozen = name.startswith((
            'encoder.cls_token',
            'encoder.pos_embed',
            'encoder.patch_embed',
            'encoder.blocks.0.',
        ))
        assert torch.equal(value, before[name]) == frozen, name


def test_options_per_parameter_still_apply(model):
    wrapper = build_optim_wrapper(model, dict(CFG, paramwise_cfg=PARAMWISE))
    decay = {
        id(group['params'][0]): group['weight_decay']
        for group in wrapper.optimizer.param_groups
    }
    assert decay[id(model['encoder'].norm.weight)] == 0
    assert decay[id(model['head'].weight)] == 0.5


def test_a_distributed_wrapper_is_looked_through(model):
    parallel = nn.ModuleDict(dict(module=model))
    parallel.module = model
    for paramwise_cfg in (None, PARAMWISE):
        wrapper = build_optim_wrapper(
            parallel, dict(CFG, paramwise_cfg=paramwise_cfg)
        )
        expected = {id(p) for p in model.parameters() if p.requires_grad}
        assert optimised(wrapper) == expected


def test_a_model_that_is_all_frozen_is_refused(model):
    model.requires_grad_(False)
    with pytest.raises(ValueError, match='all parameters of ModuleDict'):
        build_optim_wrapper(model, CFG)


def test_configs_that_name_none_get_this_one():
    found = OPTIM_WRAPPER_CONSTRUCTORS.get('DefaultOptimWrapperConstructor')
    assert found.__module__.startswith('mmmotion.')
