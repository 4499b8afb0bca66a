"""Where the runner of the toolbox writes the config."""

from mmengine.config import Config

from mmmotion.engine import build_runner, set_test_checkpoint


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
