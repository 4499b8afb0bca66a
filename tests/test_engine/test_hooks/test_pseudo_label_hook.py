import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate
from PIL import Image

from mmmotion.engine import ConfigError, build_runner
from mmmotion.engine.hooks import PseudoLabelHook
from mmmotion.engine.pseudo_labels import LabelMaker
from mmmotion.registry import DATASETS

CRF = dict(type='DenseCRF', size='network', scale=0.4, num_iters=2)


def hooks(begin=4, **kwargs):
    kwargs.setdefault('refine', [CRF])
    return [
        dict(type='ObjectChannelHook', num_frames=5),
        dict(type='PseudoLabelHook', begin=begin, **kwargs),
    ]


@pytest.fixture
def build(toy, tmp_path):

    def build(name='run', resume=False, **options):
        options.setdefault('default_hooks__checkpoint__max_keep_ckpts', -1)
        cfg = toy.toy_config(tmp_path / name, 'two_stage_config.py', **options)
        cfg.resume = resume
        return build_runner(cfg)

    return build


@pytest.fixture
def seen(monkeypatch):
    """Channel and whether there were labels, iteration by iteration."""
    iterations = []

    class Watch:

        @staticmethod
        def of(runner):
            model = runner.model
            original = model.loss

            def loss(inputs, samples):
                has_labels = 'pseudo_masks' in inputs
                channel = model.postprocess[0].current
                iterations.append((channel, has_labels))
                return original(inputs, samples)

            monkeypatch.setattr(model, 'loss', loss)

    return Watch.of, iterations


def read_log(runner):
    path, = Path(runner.log_dir).glob('*.log')
    return path.read_text()


def label(folder, video, frame):
    path = folder / 'pseudo_labels' / f'scene_{video:05d}' / f'{frame:05d}.png'
    return np.array(Image.open(path))


def test_the_second_stage_trains_one_channel_on_the_labels(build, seen):
    watch, iterations = seen
    runner = build()
    watch(runner)
    runner.train()
    assert iterations[:4] == [(None, False)] * 4
    channel = iterations[4][0]
    assert channel is not None
    assert iterations[4:] == [(channel, True)] * 4
    checkpoints = Path(runner.work_dir).glob('iter_[68].pth')
    for path in checkpoints:
        weights = torch.load(path, weights_only=True)['state_dict']
        chosen = weights['postprocess_state.ObjectChannel.chosen']
        assert int(chosen) == channel


def test_labels_are_those_of_the_weights_at_the_boundary(build, tmp_path):
    build().train()
    folder = tmp_path / 'run'
    runner = build('other', load_from=str(folder / 'iter_4.pth'))
    runner.load_or_resume()
    content = torch.load(folder / 'iter_6.pth', weights_only=True)
    record = json.loads(content['meta']['pseudo_labels'])
    model = runner.model.eval()
    dataset = DATASETS.build(
        dict(
            runner.cfg.train_dataloader.dataset,
            pipeline=runner.cfg.test_dataloader.dataset.pipeline,
        )
    )
    maker = LabelMaker([CRF])
    for index in (0, 6):
        batch = pseudo_collate([dataset[index]])
        with torch.no_grad():
            frame, = model.predict_regions(**model.data_preprocessor(batch))
            expected = maker(frame, record['channel'])
        np.testing.assert_array_equal(
            label(folder, *divmod(index, 4)), expected
        )


def test_the_first_stage_alone_makes_no_labels(build, tmp_path):
    build(train_cfg__max_iters=4).train()
    assert not (tmp_path / 'run' / 'pseudo_labels').exists()


def test_labels_are_used_again_unless_their_settings_change(build, tmp_path):
    build('first', train_cfg__max_iters=4).train()
    start = dict(
        load_from=str(tmp_path / 'first' / 'iter_4.pth'),
        train_cfg__max_iters=1,
    )
    said = []
    for num_iters in (2, 2, 3):
        refine = [dict(CRF, num_iters=num_iters)]
        runner = build(custom_hooks=hooks(0, refine=refine), **start)
        runner.train()
        said.append(read_log(runner))
    for log, num_new in zip(said, (3, 0, 3), strict=True):
        assert f'labels of {num_new} videos were made' in log
    assert 'refine was' in said[2] and 'are not used' not in said[1]


@pytest.mark.parametrize(
    'change, num_new', [
        (dict(model__dropout=0.3), 3),
        (dict(model__loss_appearance__loss_weight=3.0), 0),
        (dict(model__init_cfg=None), 0),
    ]
)
def test_labels_are_made_anew_if_the_model_segments_otherwise(
    build, tmp_path, change, num_new
):
    build('first', train_cfg__max_iters=4).train()
    start = dict(
        load_from=str(tmp_path / 'first' / 'iter_4.pth'),
        train_cfg__max_iters=1,
        custom_hooks=hooks(0),
    )
    build(**start).train()
    runner = build(**start, **change)
    runner.train()
    assert f'labels of {num_new} videos were made' in read_log(runner)


def test_a_checkpoint_of_an_older_version_keeps_its_labels(build, tmp_path):
    build(train_cfg__max_iters=6).train()
    path = tmp_path / 'run' / 'iter_6.pth'
    checkpoint = torch.load(path, weights_only=True)
    for note in tmp_path.glob('run/pseudo_labels/*/labels.json'):
        content = json.loads(note.read_text())
        del content['settings']['model_settings']
        note.write_text(json.dumps(content))
    with pytest.raises(ValueError, match='3 videos'):
        build(resume=True, train_cfg__max_iters=7).train()
    record = json.loads(checkpoint['meta']['pseudo_labels'])
    del record['settings']['model_settings']
    checkpoint['meta']['pseudo_labels'] = json.dumps(record)
    torch.save(checkpoint, path)
    build(resume=True, train_cfg__max_iters=7).train()
    assert (tmp_path / 'run' / 'iter_7.pth').is_file()


def test_a_resume_needs_the_labels_of_the_checkpoint(build, tmp_path):
    build(train_cfg__max_iters=6).train()
    other = hooks(refine=[dict(CRF, num_iters=3)])
    with pytest.raises(ValueError, match='iteration 4 or before'):
        build(resume=True, custom_hooks=other).train()
    path = tmp_path / 'run' / 'pseudo_labels' / 'scene_00001' / '00002.png'
    path.unlink()
    with pytest.raises(ValueError, match=r'1 videos .* scene_00001; resume'):
        build(resume=True).train()
    with pytest.raises(ValueError, match='iteration 6 names no pseudo labels'):
        plain = [dict(type='ObjectChannelHook', num_frames=5)]
        build('plain', train_cfg__max_iters=6, custom_hooks=plain).train()
        build('plain', resume=True).train()


def test_the_constraint_bounds_the_labels(build, tmp_path):
    constraint = [dict(type='SemanticExtent', threshold=0.9, dilation=1)]
    build('free', train_cfg__max_iters=5).train()
    options = dict(
        load_from=str(tmp_path / 'free' / 'iter_4.pth'),
        train_cfg__max_iters=1,
    )
    build(
        'bound', custom_hooks=hooks(0, constraint=constraint), **options
    ).train()
    shares = []
    for video in range(3):
        for frame in range(4):
            free = label(tmp_path / 'free', video, frame) > 0
            bound = label(tmp_path / 'bound', video, frame) > 0
            assert not (bound & ~free).any()
            shares.append((free.mean(), bound.mean()))
    free, bound = np.mean(shares, axis=0)
    assert 0 < bound < free


def test_empty_labels_end_the_training(build):
    nothing = [dict(type='SemanticExtent', threshold=1.0)]
    with pytest.raises(ValueError, match='all 12 pseudo labels are empty'):
        build(custom_hooks=hooks(constraint=nothing)).train()


def test_labels_of_everything_end_the_training(build):
    everything = [dict(type='SemanticExtent', max_extent=(0.1, 0.1))]
    with pytest.raises(ValueError, match='all 12 pseudo labels cover the'):
        build(custom_hooks=hooks(refine=everything)).train()


def test_a_second_stage_alone_starts_from_weights(build):
    with pytest.raises(ValueError, match='starts from the weights of the'):
        build(custom_hooks=hooks(0)).train()


def test_says_what_the_second_stage_lacks(build):
    with pytest.raises(ValueError, match=r'no loss .*AppearanceLoss'):
        build('loss', model__loss_appearance=None).train()
    pipeline = [dict(type='RenderScene'), dict(type='PackMotionInputs')]
    with pytest.raises(ValueError, match=r'LoadPseudoMasks.* after Load'):
        build('load', train_dataloader__dataset__pipeline=pipeline).train()
    with pytest.raises(ValueError, match='which channel is the object'):
        build('channel', custom_hooks=hooks()[1:]).train()
    with pytest.raises(ValueError, match='EMAHook or TeacherLabelHook'):
        build('averaged', custom_hooks=hooks(averaged=True)).train()
    with pytest.raises(ConfigError, match='begin must not be negative'):
        build('begin', custom_hooks=hooks(-1))


def test_two_data_sets_must_not_share_names(build):
    part = dict(type='SyntheticMotion', num_videos=1, num_frames=3)
    part['pipeline'] = [dict(type='RenderScene'), dict(type='LoadPseudoMasks')]
    runner = build()
    hook = PseudoLabelHook(0)
    runner.cfg.train_dataloader.dataset = dict(
        type='ConcatDataset', datasets=[part, part]
    )
    with pytest.raises(ValueError, match="videos of one name: 'scene_00000'"):
        hook._build_dataset(runner)
