import pytest
from mmengine.hooks import Hook

from mmmotion.engine import build_runner
from mmmotion.engine.hooks import OptimizerRestartHook

PLAIN = dict(val_dataloader=None, val_evaluator=None, val_cfg=None)


def train(toy, work_dir, **options):
    """Rate and age of the momentum in each iteration."""
    seen = []

    class Watch(Hook):

        def before_train_iter(self, runner, batch_idx, data_batch=None):
            optimizer = runner.optim_wrapper.optimizer
            lr, = {group['lr'] for group in optimizer.param_groups}
            seen.append((lr, len(optimizer.state) > 0))

    runner = build_runner(toy.toy_config(work_dir, **PLAIN, **options))
    runner.register_hook(Watch())
    runner.train()
    return seen


def test_the_optimizer_starts_anew_and_the_next_schedule_goes_on(
    toy, tmp_path
):
    seen = train(
        toy,
        tmp_path,
        custom_hooks=[
            dict(type='OptimizerRestartHook', begin=3, lr_factor=0.5)
        ],
        param_scheduler=[
            dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=3),
            dict(type='PolyLR', power=1.0, begin=3, end=7, by_epoch=False),
        ],
    )
    rates = [lr for lr, _ in seen]
    assert rates[0] == pytest.approx(0.01)
    # Half of the first rate, then down to 0 in four steps of equal length.
    assert rates[3:7] == pytest.approx([0.05, 0.05 * 2 / 3, 0.05 / 3, 0.0])
    assert [has_state for _, has_state in seen
            ] == [False, True, True, False, True, True, True, True]


def test_without_a_factor_the_rate_stays(toy, tmp_path):
    hook = dict(type='OptimizerRestartHook', begin=2)
    seen = train(toy, tmp_path, custom_hooks=[hook], param_scheduler=None)
    assert {lr for lr, _ in seen} == {0.1}
    assert not seen[2][1]


@pytest.mark.parametrize('values', [(-1, 1.0), (0, 0.0)])
def test_rejects_values_out_of_range(values):
    with pytest.raises(ValueError, match='expected begin not to be negative'):
        OptimizerRestartHook(*values)
