import copy
import io
import shutil
import zipfile

import pytest
import torch
from mmengine.hooks import EMAHook

from mmmotion.engine import ConfigError, build_runner
from mmmotion.engine.adaptation import VideoAdapter
from mmmotion.engine.random_state import get_random_state
from mmmotion.registry import HOOKS


def run_test(toy, work_dir, config='adapt_config.py', **options):
    """Test the model that the seed makes; returns metrics and runner."""
    runner = build_runner(toy.toy_config(work_dir, config, **options))
    return runner.test(), runner


@pytest.fixture
def run(toy, tmp_path):

    def run(work_dir=tmp_path, **options):
        return run_test(toy, work_dir, **options)

    return run


@pytest.fixture(scope='module')
def first_run(toy, tmp_path_factory):
    """Work directory and metrics of a whole run."""
    folder = tmp_path_factory.mktemp('first')
    metrics, runner = run_test(toy, folder)
    torch.save(runner.model.state_dict(), folder / 'weights.pth')
    return folder, metrics


@pytest.fixture
def adapted(monkeypatch):
    """Names of the videos to which models were adapted."""
    names = []
    original = VideoAdapter.adapt

    def adapt(self, model, video_id, seed):
        names.append(video_id)
        return original(self, model, video_id, seed)

    monkeypatch.setattr(VideoAdapter, 'adapt', adapt)
    return names


def stored(work_dir):
    return {
        path.name: path.read_bytes()
        for path in sorted((work_dir / 'adapted').iterdir())
    }


def test_no_step_gives_the_result_of_the_plain_loop(run, tmp_path):
    metrics, _ = run(test_cfg__num_steps=0)
    plain, _ = run(
        tmp_path / 'plain', test_cfg=dict(_delete_=True, type='VideoTestLoop')
    )
    assert metrics == plain


def test_every_video_starts_from_the_given_weights(
    run, tmp_path, first_run, adapted
):
    run(test_dataloader__dataset__indices=[8, 9, 10, 11])
    assert adapted == ['scene_00002']
    name = 'scene_00002.npz'
    one, three = stored(tmp_path), stored(first_run[0])
    assert arrays(three[name]) == arrays(one[name])
    assert arrays(three[name]) != arrays(three['scene_00001.npz'])


def arrays(content):
    """The content of a file without its settings."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    names = [name for name in archive.namelist() if 'settings' not in name]
    return {name: archive.read(name) for name in names}


def test_the_model_and_the_generators_are_restored(run, monkeypatch):
    seen = {}

    @HOOKS.register_module(name='Watch', force=True)
    class Watch(EMAHook):
        """Looks at the weights before and after, and averages them."""

        def before_test_epoch(self, runner):
            super().before_test_epoch(runner)
            seen['before'] = copy.deepcopy(runner.model.state_dict())
            seen['random'] = get_random_state()

        def after_test_epoch(self, runner, metrics=None):
            seen['after'] = copy.deepcopy(runner.model.state_dict())
            seen['random after'] = get_random_state()
            super().after_test_epoch(runner, metrics)

    _, runner = run(custom_hooks=[dict(type='Watch')])
    HOOKS.module_dict.pop('Watch')
    assert seen['before'].keys() == seen['after'].keys()
    for key, value in seen['before'].items():
        assert torch.equal(value, seen['after'][key])
    before, after = seen['random'], seen['random after']
    # One seed is drawn for the workers of the test's data loader.
    assert before['numpy'] == after['numpy']
    assert before['python'] == after['python']
    torch.set_rng_state(before['torch'])
    torch.empty((), dtype=torch.int64).random_()
    assert torch.equal(torch.get_rng_state(), after['torch'])
    assert isinstance(runner.optim_wrapper, dict)


def test_finished_videos_are_taken_over(run, tmp_path, first_run, adapted):
    folder, metrics = first_run
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    (tmp_path / 'adapted' / 'scene_00001.npz').unlink()
    again, _ = run()
    assert adapted == ['scene_00001']
    assert again == metrics
    assert stored(tmp_path) == stored(folder)


def test_metrics_of_features_take_no_video_over(run, tmp_path, adapted):
    metric = dict(
        _delete_=True,
        type='MotionSemanticAlignmentMetric',
        features='segmentor',
    )
    first, _ = run(test_evaluator=dict(metric))
    done = list(adapted)
    again, _ = run(test_evaluator=dict(metric))
    assert adapted == done + done
    assert again == first
    log = max(tmp_path.glob('*/*.log')).read_text()
    assert 'MotionSemanticAlignmentMetric reads features' in log


@pytest.mark.parametrize(
    'options, again', [
        (dict(test_cfg__num_steps=2), True),
        (dict(test_cfg__optim_wrapper__optimizer__lr=0.01), True),
        (dict(test_cfg__train_dataloader__batch_size=1), True),
        (dict(test_cfg__norm_eval=True), True),
        (dict(test_cfg__reuse=False), True),
        (dict(randomness__seed=1), True),
        (dict(model__postprocess=[]), True),
        (dict(test_evaluator__frames='inner'), False),
        (dict(test_dataloader__num_workers=1), False),
    ]
)
def test_other_settings_are_done_again(
    run, tmp_path, first_run, adapted, options, again
):
    shutil.copytree(first_run[0], tmp_path, dirs_exist_ok=True)
    run(load_from=str(tmp_path / 'weights.pth'), **options)
    assert len(adapted) == (3 if again else 0)


def test_other_weights_are_done_again(run, tmp_path, first_run, adapted):
    shutil.copytree(first_run[0], tmp_path, dirs_exist_ok=True)
    path = tmp_path / 'weights.pth'
    weights = torch.load(path)
    next(iter(weights.values()))[0] += 1e-3
    torch.save(weights, path)
    run(load_from=str(path))
    assert len(adapted) == 3


def test_the_object_channel_stays_while_batch_statistics_adapt(
    run, tmp_path, monkeypatch
):
    results = []
    original = VideoAdapter.adapt

    def adapt(self, model, video_id, seed):
        results.append(original(self, model, video_id, seed))
        return results[-1]

    monkeypatch.setattr(VideoAdapter, 'adapt', adapt)
    options = dict(
        config='channel_config.py',
        test_cfg__num_steps=100,
        test_cfg__optim_wrapper__optimizer=dict(
            _delete_=True, type='Adam', lr=3e-3, weight_decay=1e-6
        ),
    )
    weights = run(
        tmp_path / 'source', **{
            **options, 'test_cfg__num_steps': 0
        }
    )[1].model.state_dict()
    channel = weights['postprocess_state.ObjectChannel.chosen'] + 1
    weights['postprocess_state.ObjectChannel.chosen'] = channel % 3
    torch.save(weights, tmp_path / 'weights.pth')
    results.clear()
    _, runner = run(load_from=str(tmp_path / 'weights.pth'), **options)
    for key, value in runner.model.state_dict().items():
        torch.testing.assert_close(value, weights[key], equal_nan=True)
    assert len(results) == 3
    for adapted, losses in results:
        # Dropout is on in the steps, so that the losses vary.
        assert sum(losses[-20:]) < 0.9 * sum(losses[:20])
        assert adapted.postprocess[0].current == channel % 3
        norm = adapted.encoder[1]
        assert norm.num_batches_tracked == 100 and not norm.training
        before = weights['encoder.1.running_mean']
        assert not torch.allclose(norm.running_mean, before)


def test_batches_have_one_video_each(run):
    _, runner = run(test_cfg__num_steps=0, test_dataloader__batch_size=3)
    batches = list(runner.test_loop.dataloader.batch_sampler)
    assert batches == [[0, 1, 2], [3], [4, 5, 6], [7], [8, 9, 10], [11]]


@pytest.mark.parametrize(
    'options, error, match', [
        (dict(test_cfg__num_steps=-1), ValueError, 'num_steps must be .*-1'),
        (dict(test_cfg__num_steps=2.5), ValueError, 'num_steps must be .*2.5'),
        (dict(model=dict(_delete_=True, type='RobustBackground')), TypeError,
         'without labels, but RobustBackground'),
        (dict(config='toy_config.py', test_cfg=dict(type='AdaptLoop')),
         TypeError, 'BaseSegmentor, got ToyModel'),
        (dict(test_cfg__train_dataloader__dataset__num_videos=2), ValueError,
         '1 of 3 tested videos .*scene_00002.*split'),
        (dict(test_cfg__train_dataloader__dataset__split='train'), ValueError,
         "scene_00000 is .*'split': 'val'.* has .*'split': 'train'"),
        (dict(test_cfg__train_dataloader__dataset__num_vids=2), ConfigError,
         "no argument 'num_vids'"),
        (dict(test_cfg__train_dataloader__batchsize=2), ConfigError,
         'test_cfg.train_dataloader.batchsize'),
        (dict(test_cfg__optim_wrapper=dict(_delete_=True)), ValueError,
         'AdaptLoop needs optim_wrapper'),
    ]
)  # yapf: disable
def test_bad_settings_are_named(run, options, error, match):
    with pytest.raises(error, match=match):
        run(**options)
