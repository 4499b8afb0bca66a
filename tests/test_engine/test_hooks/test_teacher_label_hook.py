import numpy as np
import pytest
import torch
from mmengine.dataset import pseudo_collate

from mmmotion.engine import ConfigError, build_runner
from mmmotion.engine.hooks import TeacherLabelHook
from mmmotion.engine.pseudo_labels import LabelMaker

CRF = dict(type='DenseCRF', size='network', scale=0.4, num_iters=1)
IMAS = dict(
    _delete_=True,
    type='IMAS',
    encoder=dict(type='UNetEncoder', base_channels=4, num_stages=1),
    head=dict(type='FCNHead', in_channels=4, num_groups=3),
    motion_model=dict(type='ConstantMotion'),
    loss_recon=dict(type='FlowReconstructionLoss', loss_weight=1.0),
    loss_appearance=dict(type='AppearanceLoss'),
    postprocess=[dict(type='ObjectChannel')],
)
PIPELINE = [
    dict(type='RenderScene', frame_gaps=None, both_ways=True),
    dict(type='RandomFlip'),
    dict(type='PackMotionInputs'),
]


@pytest.fixture
def build(toy, tmp_path):

    def build(name='run', resume=False, teacher=None, **options):
        teacher = dict(begin=2, end=4, momentum=0.25) | (teacher or {})
        cfg = toy.toy_config(
            tmp_path / name,
            'two_stage_config.py',
            custom_hooks=[
                dict(type='ObjectChannelHook', num_frames=2),
                dict(type='TeacherLabelHook', refine=[CRF], **teacher),
            ],
            **options,
        )
        cfg.resume = resume
        return build_runner(cfg)

    return build


class Spy:
    """What the teacher was given and has made, iteration by iteration."""

    def __init__(self, monkeypatch):
        self.weights, self.teachers, self.batches = [], [], []
        original = TeacherLabelHook.before_train_iter

        def watch(hook, runner, batch_idx, data_batch=None):
            original(hook, runner, batch_idx, data_batch)
            self.weights.append(self._copy(runner.model))
            if hook.ema_model is not None:
                self.teachers.append(self._copy(hook.ema_model.module))
            self.batches.append(data_batch)

        monkeypatch.setattr(TeacherLabelHook, 'before_train_iter', watch)

    @staticmethod
    def _copy(model):
        state = model.state_dict()
        return {
            key: value.clone()
            for key, value in state.items()
            if value.is_floating_point() and 'postprocess' not in key
        }


def test_the_teacher_follows_the_network_in_its_stage(build, monkeypatch):
    spy = Spy(monkeypatch)
    build(train_cfg__max_iters=5).train()
    has_labels = ['pseudo_masks' in b['inputs'] for b in spy.batches]
    assert has_labels == [False, False, True, True, False]
    first, second, after = spy.teachers
    for key, value in spy.weights[2].items():
        torch.testing.assert_close(first[key], value, rtol=0, atol=0)
        torch.testing.assert_close(
            second[key], 0.75 * value + 0.25 * spy.weights[3][key]
        )
        torch.testing.assert_close(after[key], second[key], rtol=0, atol=0)
    assert any((first[k] != second[k]).any() for k in first)


def test_each_frame_of_a_pair_gets_the_label_of_the_teacher(
    build, monkeypatch
):
    spy = Spy(monkeypatch)
    runner = build(
        model=IMAS,
        train_cfg__max_iters=4,
        train_dataloader__dataset__pipeline=PIPELINE,
    )
    runner.train()
    batch = spy.batches[3]
    labels = batch['inputs'].pop('pseudo_masks')
    frames = batch['inputs']['frames']
    assert [part.shape[:2] for part in labels] == [(2, 1)] * len(frames)
    model = runner.model.eval()
    model.load_state_dict(spy.teachers[1], strict=False)
    channel = model.postprocess[0].current
    maker = LabelMaker([CRF])
    for i, t in ((0, 0), (1, 1)):
        single = pseudo_collate([
            dict(
                inputs=dict(frames=frames[i][t:t + 1]),
                data_samples=batch['data_samples'][i],
            )
        ])
        with torch.no_grad():
            data = model.data_preprocessor(single)
            frame, = model.predict_regions(**data)
        np.testing.assert_array_equal(
            maker(frame, channel), 255 * labels[i][t, 0].numpy()
        )


def test_a_resume_needs_the_teacher(build):
    build(
        'plain', train_cfg__max_iters=4, teacher=dict(begin=7, end=8)
    ).train()
    with pytest.raises(ValueError, match='of iteration 4 has no teacher'):
        build('plain', resume=True).train()


def test_says_what_the_stage_lacks(build):
    with pytest.raises(ValueError, match=r'TeacherLabelHook .* no loss'):
        build('loss', model__loss_appearance=None).train()
    with pytest.raises(ValueError, match='starts from the weights'):
        build('weights', teacher=dict(begin=0)).train()


@pytest.mark.parametrize(
    'wrong, message', [
        (dict(end=2), '0 <= begin < end'),
        (dict(begin=-1), '0 <= begin < end'),
        (dict(momentum=1.0), r'momentum must be in \(0, 1\)'),
    ]
)
def test_rejects_impossible_settings(build, wrong, message):
    with pytest.raises(ConfigError, match=message):
        build(teacher=wrong)
