from types import SimpleNamespace

import pytest
from mmengine.model import MMDistributedDataParallel
from torch import nn

from mmmotion.engine import build_runner
from mmmotion.models.losses import EntropyLoss, MaskConsistencyLoss
from mmmotion.registry import HOOKS, MODELS

RELEASED = dict(every=80000, begin=1)


def build(losses=('loss_entropy', ), gamma=5.0, **settings):
    return HOOKS.build(
        dict(
            type='LossWeightStepHook',
            losses=list(losses),
            gamma=gamma,
            **settings
        )
    )


def runner_at(iteration, model=None):
    if model is None:
        model = nn.Module()
        model.loss_entropy = EntropyLoss(loss_weight=0.01)
        model.loss_consistency = MaskConsistencyLoss(loss_weight=0.02)
    return SimpleNamespace(model=model, iter=iteration)


def weight_at(hook, iteration):
    runner = runner_at(iteration)
    hook.before_train(runner)
    hook.before_train_iter(runner, 0)
    return runner.model.loss_entropy.loss_weight


@pytest.mark.parametrize(
    'iteration, expected', [(0, 0.01), (1, 0.01), (80000, 0.01), (80001, 0.05),
                            (160000, 0.05), (160001, 0.25), (240000, 0.25),
                            (240001, 1.25)]
)
def test_table_of_the_release(iteration, expected):
    assert weight_at(build(**RELEASED), iteration) == pytest.approx(expected)


@pytest.mark.parametrize(
    'settings', [dict(every=10), dict(milestones=[10, 20, 30])]
)
@pytest.mark.parametrize(
    'iteration, factor', [(0, 1), (9, 1), (10, 2), (19, 2), (20, 4), (39, 8)]
)
def test_steps_and_milestones(settings, iteration, factor):
    hook = build(gamma=2.0, **settings)
    assert weight_at(hook, iteration) == pytest.approx(0.01 * factor)


def test_weight_does_not_depend_on_the_iterations_before():
    hook = build(every=10)
    runner = runner_at(0)
    hook.before_train(runner)
    for iteration in (0, 25, 25, 7, 12):
        runner.iter = iteration
        hook.before_train_iter(runner, 0)
    assert runner.model.loss_entropy.loss_weight == pytest.approx(0.05)
    hook.before_train(runner)
    hook.before_train_iter(runner, 0)
    assert runner.model.loss_entropy.loss_weight == pytest.approx(0.05)


def test_several_losses_keep_their_ratio():
    hook = build(['loss_entropy', 'loss_consistency'], every=1)
    runner = runner_at(2)
    hook.before_train(runner)
    hook.before_train_iter(runner, 0)
    assert runner.model.loss_entropy.loss_weight == pytest.approx(0.25)
    assert runner.model.loss_consistency.loss_weight == pytest.approx(0.5)


def test_a_wrapped_model_is_unwrapped():
    runner = runner_at(1)
    wrapper = MMDistributedDataParallel.__new__(MMDistributedDataParallel)
    nn.Module.__init__(wrapper)
    wrapper.module = runner.model
    hook = build(every=1)
    hook.before_train(SimpleNamespace(model=wrapper, iter=1))
    hook.before_train_iter(SimpleNamespace(model=wrapper, iter=1), 0)
    assert runner.model.loss_entropy.loss_weight == pytest.approx(0.05)


@pytest.fixture
def weighted_model(toy):
    """Name of a toy model whose loss has a weight."""
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


def test_a_resumed_run_uses_the_weight_of_its_iteration(
    toy, tmp_path, weighted_model
):
    hook = dict(
        type='LossWeightStepHook', losses=['loss_toy'], gamma=3.0, every=2
    )

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
    assert [expected[i] == plain[i] for i in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(
    'settings, message', [
        (dict(), 'either every or milestones'),
        (dict(milestones=[]), 'either every or milestones'),
        (dict(every=1, milestones=[1]), 'either every or milestones'),
        (dict(every=0), 'every must be at least 1'),
        (dict(every=1, losses=()), 'list of losses'),
    ]
)
def test_rejects_unclear_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        build(**settings)


def test_a_loss_that_the_model_lacks_is_named():
    with pytest.raises(AttributeError, match='Module has no loss_recon'):
        build(['loss_recon'], every=1).before_train(runner_at(0))


def test_a_part_without_weight_is_named():
    runner = runner_at(0)
    runner.model.encoder = nn.Conv2d(1, 1, 1)
    with pytest.raises(AttributeError, match=r'encoder .* got Conv2d'):
        build(['encoder'], every=1).before_train(runner)
