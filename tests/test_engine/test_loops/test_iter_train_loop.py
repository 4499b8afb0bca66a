import pytest
import torch

from mmmotion.engine import build_runner

PLAIN = dict(val_dataloader=None, val_evaluator=None, val_cfg=None)


def run(toy, work_dir, max_iters, resume=False, **options):
    """Train and return the draws in each batch and the loaded frames."""
    from mmengine.hooks import Hook

    draws = []

    class DrawHook(Hook):

        def before_train_iter(self, runner, batch_idx, data_batch=None):
            draws.append([s.draw for s in data_batch['data_samples']])

    cfg = toy.toy_config(work_dir, train_cfg__max_iters=max_iters, **options)
    cfg.resume = resume
    runner = build_runner(cfg)
    runner.register_hook(DrawHook())
    loop = runner.build_train_loop(runner._train_loop)
    runner._train_loop = loop
    loaded = []
    dataset = loop.dataloader.dataset
    original = dataset.prepare_data
    dataset.prepare_data = lambda i: loaded.append(i) or original(i)
    runner.train()
    return draws, len(loaded)


def test_resume_goes_on_with_the_next_draw_and_loads_nothing_else(
    toy, tmp_path
):
    draws, _ = run(toy, tmp_path, 4)
    assert draws == [[4 * i + j for j in range(4)] for i in range(4)]
    draws, num_loaded = run(toy, tmp_path, 6, resume=True)
    assert draws == [[4 * i + j for j in range(4)] for i in range(4, 6)]
    assert num_loaded == 8


def test_a_run_that_is_at_its_end_says_so(toy, tmp_path):
    run(toy, tmp_path, 2)
    assert run(toy, tmp_path, 2, resume=True) == ([], 0)
    log = max(tmp_path.glob('*/*.log')).read_text()
    assert 'iteration 2 of 2 is done already' in log


def test_sampler_that_cannot_skip_is_advanced(toy, tmp_path, monkeypatch):
    from mmmotion.datasets.samplers import EndlessSampler

    monkeypatch.delattr(EndlessSampler, 'skip')
    run(toy, tmp_path, 4)
    draws, num_loaded = run(toy, tmp_path, 6, resume=True)
    assert draws == [[4 * i + j for j in range(4)] for i in range(4, 6)]
    assert num_loaded == 24


@pytest.mark.parametrize(
    'begin, interval, expected', [(1, 2, [2, 4, 5]), (4, 2, [4, 5])]
)
def test_validation_schedule(toy, tmp_path, begin, interval, expected):
    cfg = toy.toy_config(
        tmp_path,
        train_cfg=dict(
            type='IterTrainLoop',
            max_iters=5,
            val_begin=begin,
            val_interval=interval
        ),
    )
    runner = build_runner(cfg)
    seen = []
    runner._val_loop = runner.build_val_loop(runner._val_loop)
    runner._val_loop.run = lambda: seen.append(runner.iter)
    runner.train()
    assert seen == expected


@pytest.mark.parametrize(
    'num_workers, can_skip', [(0, True), (0, False), (1, True)]
)
def test_restarted_data_goes_on_with_the_data_set_as_it_is_now(
    toy, tmp_path, monkeypatch, can_skip, num_workers
):
    from mmengine.hooks import Hook

    from mmmotion.datasets.samplers import EndlessSampler

    if not can_skip:
        monkeypatch.delattr(EndlessSampler, 'skip')
    seen, states = [], []

    class ChangeHook(Hook):

        def before_train_iter(self, runner, batch_idx, data_batch=None):
            samples = data_batch['data_samples']
            frame = torch.stack(data_batch['inputs']).std()
            seen.append(([s.draw for s in samples], bool(frame > 2)))

        def after_train_iter(self, runner, batch_idx, **_):
            if batch_idx == 3:
                loop = runner.train_loop
                frame, = loop.dataloader.dataset.pipeline.transforms
                frame.noise = 5.0
                states.append(torch.get_rng_state())
                loop.restart_data(4)
                states.append(torch.get_rng_state())

    def train(max_iters, **options):
        cfg = toy.toy_config(
            tmp_path,
            train_cfg__max_iters=max_iters,
            train_dataloader__num_workers=num_workers,
            train_dataloader__persistent_workers=num_workers > 0,
            **PLAIN,
        )
        cfg.resume = bool(options)
        runner = build_runner(cfg)
        runner.register_hook(ChangeHook())
        runner.train()

    train(2)
    train(6, resume=True)
    expected = [[4 * i + j for j in range(4)] for i in range(6)]
    assert [draws for draws, _ in seen] == expected
    assert [is_noisy for _, is_noisy in seen] == 4 * [False] + 2 * [True]
    assert torch.equal(*states)
