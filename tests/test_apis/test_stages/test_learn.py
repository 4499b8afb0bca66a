"""A training squeezed into fewer iterations."""

from mmengine.config import Config

from mmmotion.apis.stages.learn import shorten


def make_config():
    return Config(
        dict(
            train_cfg=dict(max_iters=400),
            param_scheduler=[
                dict(type='LinearLR', begin=0, end=20),
                dict(type='CosineAnnealingLR', begin=20, end=400),
                dict(type='ConstantLR', factor=1.0),
            ],
            custom_hooks=[
                dict(type='TrainScaleHook', steps=[(0, 0.5), (100, 1.0)]),
                dict(type='EMAHook'),
            ],
        )
    )


def test_schedules_keep_their_shape():
    cfg = make_config()
    shorten(cfg, 200)
    assert cfg.train_cfg.max_iters == 200
    ends = [(s.get('begin'), s.get('end')) for s in cfg.param_scheduler]
    assert ends == [(0, 10), (10, 200), (None, None)]
    assert cfg.custom_hooks[0].steps == [(0, 0.5), (50, 1.0)]


def test_a_very_short_training_has_valid_schedules():
    cfg = make_config()
    shorten(cfg, 2)
    first, second, _ = cfg.param_scheduler
    assert first.end > first.begin and second.end > second.begin
    assert cfg.custom_hooks[0].steps == [(0, 1.0)]
