import subprocess
import sys

import torch

from mmmotion.engine import build_runner

EMA = dict(type='EMAHook', momentum=0.5)


def test_checkpoint_opens_in_a_process_without_mmengine(toy, tmp_path):
    build_runner(
        toy.toy_config(tmp_path, train_cfg__max_iters=2, custom_hooks=[EMA])
    ).train()
    code = (
        'import sys, torch; '
        f"c = torch.load({str(tmp_path / 'iter_2.pth')!r}, weights_only=True);"
        "print(sorted(c), c['meta']['iter'], c['meta']['seed']);"
        "assert 'mmengine' not in sys.modules and 'numpy.core' not in c"
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "'ema_state_dict'" in done.stdout
    assert done.stdout.endswith('2 0\n')


def test_averaged_weights_are_resumed_and_tested(toy, tmp_path):
    whole, parts = tmp_path / 'whole', tmp_path / 'parts'

    def run(folder, max_iters, resume=False):
        cfg = toy.toy_config(folder, custom_hooks=[EMA])
        cfg.train_cfg.max_iters = max_iters
        cfg.resume = resume
        build_runner(cfg).train()
        return torch.load(folder / f'iter_{max_iters}.pth')

    expected = run(whole, 4)
    run(parts, 2)
    found = run(parts, 4, resume=True)
    for part in ('state_dict', 'ema_state_dict'):
        for key, value in expected[part].items():
            assert torch.equal(found[part][key], value)
    plain = expected['state_dict']['layers.0.weight']
    average = expected['ema_state_dict']['module.layers.0.weight']
    assert not torch.equal(plain, average)


def test_history_is_continued_in_the_log(toy, tmp_path):
    """The logged value is a mean over a window that crosses the resume."""
    whole, parts = tmp_path / 'whole', tmp_path / 'parts'
    build_runner(toy.toy_config(whole, train_cfg__max_iters=4)).train()
    build_runner(toy.toy_config(parts, train_cfg__max_iters=2)).train()
    cfg = toy.toy_config(parts, train_cfg__max_iters=4)
    cfg.resume = True
    build_runner(cfg).train()
    merged = {}
    for losses in toy.read_losses(parts):
        merged.update(losses)
    # The schedule is the same because the warm-up does not depend on it.
    assert merged == toy.read_losses(whole)[0]
