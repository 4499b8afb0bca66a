import pytest
import torch
from torch import nn

from mmmotion.engine.optimizers import (
    AutocastOptimWrapper,
    autocast_optim_wrapper,
)
from mmmotion.registry import OPTIM_WRAPPERS


def make(model, **kwargs):
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    cfg = dict(type='AutocastOptimWrapper', optimizer=optimizer, **kwargs)
    return OPTIM_WRAPPERS.build(cfg)


def test_forward_is_bfloat16_and_weights_stay_float32():
    model = nn.Linear(3, 2)
    wrapper = make(model)
    with wrapper.optim_context(model):
        output = model(torch.rand(4, 3))
    assert output.dtype == torch.bfloat16
    assert model(torch.rand(4, 3)).dtype == torch.float32
    before = model.weight.detach().clone()
    wrapper.update_params(output.float().sum())
    assert model.weight.dtype == torch.float32
    assert not torch.equal(model.weight, before)


def test_gradients_accumulate_and_are_clipped():
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    wrapper = make(model, accumulative_counts=2, clip_grad=dict(max_norm=0.5))
    wrapper.initialize_count_status(model, 0, 4)
    for expected in (0.0, -0.5):
        with wrapper.optim_context(model):
            loss = 8 * model(torch.ones(1, 1)).sum()
        wrapper.update_params(loss)
        assert model.weight.item() == pytest.approx(expected, abs=1e-4)


def test_float16_is_refused():
    optimizer = torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
    with pytest.raises(ValueError, match='AmpOptimWrapper'):
        AutocastOptimWrapper(optimizer, dtype='float16')


@pytest.fixture(params=[False, True], ids=['no-bf16', 'bf16'])
def supported(request, monkeypatch):
    """Whether this CPU is said to have instructions for bfloat16."""
    monkeypatch.setattr(
        torch.ops.mkldnn, '_is_mkldnn_bf16_supported', lambda: request.param
    )
    return request.param


@pytest.mark.parametrize('avoided', [False, True])
def test_a_cpu_without_bfloat16_is_told_once(supported, avoided, monkeypatch):
    said = []
    module = autocast_optim_wrapper
    module._say_that_slow.cache_clear()
    monkeypatch.setattr(
        module, 'print_log', lambda message, **kwargs: said.append(message)
    )
    model = nn.Linear(3, 2)
    wrapper = make(model, only_if_fast=avoided)
    for _ in range(2):
        with wrapper.optim_context(model):
            model(torch.rand(4, 3))
    module._say_that_slow.cache_clear()
    assert len(said) == (0 if supported else 1)
    assert all('float32' in message for message in said)
    assert all(('--amp' in message) is not avoided for message in said)


def test_bfloat16_can_be_left_to_cpus_that_are_fast_at_it(supported):
    model = nn.Linear(3, 2)
    with make(model, only_if_fast=True).optim_context(model):
        output = model(torch.rand(4, 3))
    assert output.dtype == (torch.bfloat16 if supported else torch.float32)


def test_a_torch_without_the_library_is_not_asked(monkeypatch):

    def missing():
        raise AttributeError('no such operator')

    name = '_is_mkldnn_bf16_supported'
    monkeypatch.setattr(torch.ops.mkldnn, name, missing)
    monkeypatch.setattr(torch.backends.mkldnn, 'is_available', lambda: False)
    model = nn.Linear(3, 2)
    with make(model, only_if_fast=True).optim_context(model):
        assert model(torch.rand(4, 3)).dtype == torch.float32
