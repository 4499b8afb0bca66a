import pytest
from mmengine.config import Config

from mmmotion.engine.checkpoint_settings import compare_model_settings

MODEL = dict(
    type='GWM',
    encoder=dict(
        type='UNetEncoder', channels=(4, 8), norm_cfg=dict(type='GN')
    ),
    motion_model=dict(type='AffineMotion', eps=1e-6),
    loss_recon=dict(type='FlowReconstructionLoss', loss_weight=1.0),
    data_preprocessor=dict(mean=[0.5, 0.5], names={'a-b': None}),
    postprocess=[dict(type='BorderForeground')],
)


def compare(now, before=MODEL):
    return compare_model_settings(dict(cfg=f'a = 1\nmodel = {before}\n'), now)


def changed(**changes):
    cfg = Config(MODEL)
    cfg.merge_from_dict({k.replace('__', '.'): v for k, v in changes.items()})
    return cfg.to_dict()


def test_a_config_equals_the_text_that_a_training_stores():
    text = Config(dict(model=MODEL, max_iters=3)).pretty_text
    assert compare_model_settings(dict(cfg=text), MODEL) == ''
    assert compare(changed(encoder__channels=[4, 8])) == ''


@pytest.mark.parametrize(
    'changes',
    [
        dict(loss_recon__loss_weight=2.0),
        dict(loss_entropy=dict(type='EntropyLoss')),
        dict(postprocess=None),
        dict(encoder__init_cfg=dict(type='Pretrained', checkpoint='x.pth')),
    ],
)
def test_what_a_training_may_change_is_not_compared(changes):
    assert compare(changed(**changes)) == ''


def test_differences_are_named_with_both_values():
    now = changed(
        motion_model__type='QuadraticMotion',
        motion_model__eps=2e-6,
        encoder__channels=(4, 16),
        data_preprocessor__std=1.0,
    )
    assert compare(now).split('; ') == [
        'model.data_preprocessor.std: not set in the checkpoint, 1.0 in the '
        'config',
        'model.encoder.channels[1]: 8 in the checkpoint, 16 in the config',
        'model.motion_model.eps: 1e-06 in the checkpoint, 2e-06 in the config',
        "model.motion_model.type: 'AffineMotion' in the checkpoint, "
        "'QuadraticMotion' in the config",
    ]


def test_many_differences_are_cut_short():
    text = compare(dict(type='MG'))
    assert text.startswith("model.type: 'GWM' in the checkpoint, 'MG' in the")
    assert text.count(';') == 4
    assert text.endswith('(and 5 more)')


@pytest.mark.parametrize(
    'meta',
    [
        {},
        dict(source='mg'),
        dict(cfg=dict(model=dict(type='MG'))),
        dict(cfg='{"not": python'),
        dict(cfg='max_iters = 3'),
    ],
)
def test_checkpoints_that_do_not_tell_are_taken_as_they_are(meta):
    assert compare_model_settings(meta, MODEL) == ''


def test_the_text_is_not_executed(tmp_path):
    path = tmp_path / 'made'
    text = f'model = dict(type="GWM", a=open({str(path)!r}, "w"))'
    assert 'model.a: "open(' in compare_model_settings(dict(cfg=text), MODEL)
    assert not path.exists()


@pytest.mark.parametrize('value', ['dict(b)', '{c: 1}', 'dict(**d)', '{**e}'])
def test_what_is_no_literal_is_compared_as_text(value):
    meta = dict(cfg=f'model = dict(type="GWM", a={value})')
    assert 'model.a' in compare_model_settings(meta, dict(type='GWM'))
