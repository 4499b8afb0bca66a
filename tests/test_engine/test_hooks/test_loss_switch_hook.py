from types import SimpleNamespace

import pytest
from torch import nn

from mmmotion.engine import build_runner
from mmmotion.models.losses import EntropyLoss
from mmmotion.registry import HOOKS, MODELS

ENTROPY = dict(type='EntropyLoss', loss_weight=3.0)
FLOW = dict(type='FlowSmoothnessLoss')


def build(steps, loss='loss_photometric'):
    return HOOKS.build(dict(type='LossSwitchHook', loss=loss, steps=steps))


def runner_at(iteration):
    model = nn.Module()
    model.loss_photometric = EntropyLoss(loss_weight=1.0)
    return SimpleNamespace(model=model, iter=iteration)


def test_each_iteration_has_its_loss_whatever_came_before():
    hook = build([(10, FLOW), (20, ENTROPY)])
    runner = runner_at(0)
    own = runner.model.loss_photometric
    hook.before_train(runner)
    found = {}
    for iteration in (25, 9, 10, 19, 20, 0):
        runner.iter = iteration
        hook.before_train_iter(runner, 0)
        found[iteration] = runner.model.loss_photometric
    assert found[0] is found[9] is own
    assert type(found[10]).__name__ == 'FlowSmoothnessLoss'
    assert found[19] is found[10]
    assert found[20] is found[25]
    assert found[20].loss_weight == 3.0
    # A second training starts from the loss of the config again.
    runner.iter = 30
    hook.before_train_iter(runner, 0)
    hook.before_train(runner)
    runner.iter = 0
    hook.before_train_iter(runner, 0)
    assert runner.model.loss_photometric is own


@pytest.fixture
def weighted_model(toy):
    """Name of a toy model whose loss is scaled by the weight of a part."""
    toy_model = MODELS.get('ToyModel')

    class WeightedModel(toy_model):

        def __init__(self):
            super().__init__()
            self.loss_toy = EntropyLoss(loss_weight=1.0)

        def forward(self, inputs, data_samples=None, mode='tensor'):
            result = super().forward(inputs, data_samples, mode)
            if mode == 'loss':
                result['loss_toy'] *= self.loss_toy.loss_weight
            return result

    MODELS.register_module(module=WeightedModel)
    yield 'WeightedModel'
    MODELS.module_dict.pop('WeightedModel')


def test_a_resumed_run_uses_the_loss_of_its_iteration(
    toy, tmp_path, weighted_model
):
    hook = dict(type='LossSwitchHook', loss='loss_toy', steps=[(3, ENTROPY)])

    def run(name, max_iters, hooks, resume=False):
        cfg = toy.toy_config(tmp_path / name, custom_hooks=hooks)
        cfg.model = dict(type=weighted_model)
        cfg.train_cfg.max_iters = max_iters
        cfg.resume = resume
        build_runner(cfg).train()
        merged = {}
        for losses in toy.read_losses(tmp_path / name):
            merged.update(losses)
        return merged

    expected = run('whole', 6, [hook])
    run('parts', 4, [hook])
    assert run('parts', 6, [hook], resume=True) == expected
    plain = run('plain', 6, [])
    same = [expected[i] == plain[i] for i in (1, 2, 3, 4)]
    assert same == [True, True, True, False]


@pytest.mark.parametrize(
    'steps', [[], [(5, ENTROPY), (5, FLOW)], [(-1, ENTROPY)]]
)
def test_rejects_unclear_steps(steps):
    with pytest.raises(ValueError, match='rising iterations'):
        build(steps)


def test_a_loss_with_weights_is_refused():
    with pytest.raises(ValueError, match='PWCLite has weights'):
        build([(1, dict(type='PWCLite'))])


def test_a_loss_that_the_model_lacks_is_named():
    with pytest.raises(AttributeError, match="has no loss 'loss_recon'"):
        build([(1, ENTROPY)], 'loss_recon').before_train(runner_at(0))
