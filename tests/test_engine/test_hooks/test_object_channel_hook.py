from pathlib import Path

import pytest
import torch
from mmengine.dataset import pseudo_collate

from mmmotion.engine import ConfigError, build_runner
from mmmotion.engine.hooks import ObjectChannelHook
from mmmotion.engine.unlabelled_frames import draw_frames
from mmmotion.registry import DATASETS

PREFIX = 'postprocess_state.ObjectChannel.'
PLAIN = dict(val_dataloader=None, val_evaluator=None, val_cfg=None)

GWM = dict(
    _delete_=True,
    type='GWM',
    encoder=dict(type='UNetEncoder', base_channels=4, num_stages=1),
    head=dict(type='FCNHead', in_channels=4, num_groups=3),
    motion_model=dict(type='AffineMotion'),
    loss_recon=dict(type='FlowReconstructionLoss', loss_weight=1.0),
    postprocess=[dict(type='ObjectChannel')],
)


@pytest.fixture
def build(toy, tmp_path):

    def build(name='run', **options):
        return build_runner(
            toy.toy_config(tmp_path / name, 'channel_config.py', **options)
        )

    return build


@pytest.fixture
def measured(monkeypatch):
    """Iterations at which the hook has looked at frames."""
    iterations = []
    original = ObjectChannelHook._measure

    def measure(self, runner):
        iterations.append(runner.iter)
        return original(self, runner)

    monkeypatch.setattr(ObjectChannelHook, '_measure', measure)
    return iterations


def plain_test():
    """Options of a test without adaptation; merging takes them apart."""
    return dict(test_cfg=dict(_delete_=True, type='VideoTestLoop'))


def load(path):
    return torch.load(path, weights_only=True)


def choice_in(weights):
    """Channel and scores of a state dict."""
    scores = weights[f'{PREFIX}scores']
    return int(weights[f'{PREFIX}chosen']), scores[~scores.isnan()]


def score_slowly(model, cfg, count=5):
    """Mean motion of the channels over draws of the training."""
    dataset = DATASETS.build(cfg.train_dataloader.dataset)
    draws = draw_frames(dataset, cfg.train_dataloader.sampler, count)
    batch = pseudo_collate([dataset[draw] for draw in draws])
    inputs = model.data_preprocessor(batch)['inputs']
    with torch.no_grad():
        return model.eval().channel_motion(inputs).mean(dim=0)


def test_every_checkpoint_of_a_training_tells_the_channel(
    build, tmp_path, measured
):
    runner = build()
    runner.train()
    # Saved after 2, 4, 6, 8 iterations, validated after 4 and 8.
    assert measured == [1, 3, 5, 7]
    for step in (6, 8):
        path = tmp_path / 'run' / f'iter_{step}.pth'
        weights = load(path)['state_dict']
        channel, scores = choice_in(weights)
        runner.model.load_state_dict(weights)
        expected = score_slowly(runner.model, runner.cfg)
        torch.testing.assert_close(scores, expected)
        assert channel == expected.argmax()


def test_a_training_validates_with_the_channel_of_its_weights(build, measured):
    options = dict(default_hooks__checkpoint__interval=6)
    runner = build(train_cfg__max_iters=7, **options)
    runner.train()
    # Validated after 4 iterations, saved after 6 and at the end.
    assert measured == [4, 5, 6]
    path, = Path(runner.log_dir).glob('*.log')
    log = path.read_text()
    assert log.count('a moving camera moves the background too') == 3
    assert '| object' in log


def test_the_training_is_the_same_with_it(build, toy, tmp_path):
    losses = []
    for name, hooks in (('with', None), ('without', [])):
        options = {} if hooks is None else dict(custom_hooks=hooks)
        build(name, **PLAIN, **options).train()
        losses.append(toy.read_losses(tmp_path / name)[0])
    assert losses[0] == losses[1] and len(losses[0]) == 8


def test_a_test_takes_the_channel_of_the_checkpoint(build, tmp_path, measured):
    build(**PLAIN).train()
    measured.clear()
    path = tmp_path / 'run' / 'iter_8.pth'
    content = load(path)
    other = (choice_in(content['state_dict'])[0] + 1) % 3
    content['state_dict'][f'{PREFIX}chosen'] = torch.tensor(other)
    torch.save(content, path)
    metrics = []
    for name, hooks in (('with', None), ('without', [])):
        options = {} if hooks is None else dict(custom_hooks=hooks)
        runner = build(name, load_from=str(path), **plain_test(), **options)
        metrics.append(runner.test())
        assert runner.model.postprocess[0].current == other
        log, = Path(runner.log_dir).glob('*.log')
        said = f'channel {other} is the object' in log.read_text()
        assert said is (name == 'with')
    assert metrics[0] == metrics[1]
    assert measured == []


@pytest.mark.parametrize('loop', ['AdaptLoop', 'VideoTestLoop'])
def test_weights_of_others_get_their_channel_before_a_test(
    build, tmp_path, measured, loop
):
    path = tmp_path / 'other.pth'
    weights = build('source').model.state_dict()
    weights = {k: v for k, v in weights.items() if 'postprocess' not in k}
    torch.save(weights, path)

    def build_test(name, **options):
        if loop == 'VideoTestLoop':
            options.update(plain_test())
        match = dict(type='CheckpointMatchHook', strict=True)
        return build(
            name,
            load_from=str(path),
            default_hooks__match=match,
            **options,
        )

    runner = build_test('with')
    runner.test()
    step = runner.model.postprocess[0]
    assert step.current == score_slowly(runner.model, runner.cfg).argmax()
    assert measured == [0]
    with pytest.raises(ValueError, match='do not tell which channel'):
        build_test('without', custom_hooks=[]).test()
    fixed = [dict(type='ObjectChannel', channel=2)]
    runner = build_test('fixed', model__postprocess=fixed)
    runner.test()
    assert runner.model.postprocess[0].current == 2
    assert measured == [0]


def test_other_weights_need_another_choice(build, measured):
    runner = build(**PLAIN, custom_hooks=[dict(type='ObjectChannelHook')])
    hook = next(h for h in runner.hooks if isinstance(h, ObjectChannelHook))
    step = runner.model.postprocess[0]
    hook.before_test_epoch(runner)
    hook.before_test_epoch(runner)
    assert len(measured) == 1
    hook.after_load_checkpoint(runner, {})
    assert step.current is None
    hook.before_test_epoch(runner)
    hook.before_train(runner)
    assert step.current is None
    hook.before_val_epoch(runner)
    hook.before_train_iter(runner, 0)
    assert step.current is None and len(measured) == 3


@pytest.mark.parametrize('with_buffers', [True, False])
def test_averaged_weights_tell_the_channel_too(build, tmp_path, with_buffers):
    hooks = [
        dict(type='ObjectChannelHook', num_frames=5),
        dict(type='EMAHook', momentum=0.1, update_buffers=with_buffers),
    ]
    runner = build(custom_hooks=hooks)
    runner.train()
    content = load(tmp_path / 'run' / 'iter_8.pth')
    ema = {
        k.removeprefix('module.'): v
        for k, v in content['ema_state_dict'].items()
    }
    channel, scores = choice_in(content['state_dict'])
    assert choice_in(ema)[0] == channel == runner.model.postprocess[0].current
    assert len(scores) == 3
    runner = build('test', load_from=str(tmp_path / 'run' / 'iter_8.pth'))
    runner.test()
    assert runner.model.postprocess[0].current == channel


def test_processes_find_the_same(build, toy, tmp_path):
    options = dict(
        model__norm=False,
        optim_wrapper__optimizer__lr=0.0,
        train_cfg__max_iters=2,
        **PLAIN,
    )
    build(**options).train()
    cfg = toy.toy_config(tmp_path / '2', 'channel_config.py', **options)
    assert toy.run_in_processes(cfg, 'train', ranks=2) == [0, 0]
    one, two = (
        choice_in(load(tmp_path / name / 'iter_2.pth')['state_dict'])
        for name in ('run', '2')
    )
    assert one[0] == two[0]
    torch.testing.assert_close(one[1], two[1])


@pytest.mark.parametrize(
    'hook', [
        dict(frames='first', score='overlap', threshold=0.3),
        dict(dataloader='test_dataloader', features='segmentor'),
    ]
)
def test_any_model_can_choose_by_alignment(build, tmp_path, hook):
    hook = dict(type='ObjectChannelHook', by='alignment', **hook)
    build(model=GWM, custom_hooks=[hook]).train()
    weights = load(tmp_path / 'run' / 'iter_8.pth')['state_dict']
    channel, scores = choice_in(weights)
    assert len(scores) == 3 and scores.argmax() == channel


def test_says_what_it_needs(build):
    with pytest.raises(ValueError, match=r"needs the step.*'ObjectChannel'"):
        build(model__postprocess=[]).test()
    runner = build(
        'loader',
        custom_hooks=[
            dict(type='ObjectChannelHook', dataloader='no_dataloader')
        ]
    )
    with pytest.raises(ValueError, match='frames of no_dataloader'):
        runner.test()
    with pytest.raises(TypeError, match="GWM has none: use by='alignment'"):
        build('motion', model=GWM).test()


@pytest.mark.parametrize(
    'wrong', [
        dict(by='size'),
        dict(frames='all'),
        dict(score='iou'),
        dict(num_frames=0)
    ]
)
def test_rejects_impossible_settings(build, wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        build(custom_hooks=[dict(type='ObjectChannelHook', **wrong)])


@pytest.mark.parametrize(
    'model, taken', [
        (None, 'channel with the largest motion is taken'),
        (GWM, 'the first is taken'),
    ]
)
def test_where_no_channel_passes_the_one_that_moves_most_is_taken(
    build, model, taken
):
    # Everything looks like everything, so all responses fill the frame.
    hook = dict(
        type='ObjectChannelHook',
        by='alignment',
        score='overlap',
        threshold=-1.1,
        frames='first',
        dataloader='test_dataloader',
        num_frames=5,
    )
    options = {} if model is None else dict(model=model)
    runner = build(
        custom_hooks=[hook], train_cfg__max_iters=1, **PLAIN, **options
    )
    runner.train()
    path, = Path(runner.log_dir).glob('*.log')
    log = path.read_text()
    assert 'no channel passes as an object' in log and taken in log
    # The table is that of the scores that chose.
    assert (' motion |' in log) is (model is None)
    assert (' alignment |' in log) is (model is not None)
    step = runner.model.postprocess[0]
    expected = 0
    if model is None:
        scores = score_slowly(runner.model, runner.cfg)
        expected = int(scores.argmax())
        torch.testing.assert_close(step.scores[:3], scores)
    assert step.current == expected
