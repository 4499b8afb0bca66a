"""A training squeezed into fewer iterations."""

from mmengine.config import Config

from mmmotion.apis.stages.shorten import shorten


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


def test_steps_and_hooks_that_count_iterations_keep_their_place():
    cfg = make_config()
    loss = dict(type='SSIMLoss')
    cfg.param_scheduler = dict(type='MultiStepLR', milestones=[200, 300])
    cfg.custom_hooks = [
        dict(type='LossWeightStepHook', losses=['a'], gamma=2.0, every=50),
        dict(type='LossSwitchHook', loss='a', steps=[(100, loss)]),
        dict(type='TeacherLabelHook', begin=300, end=302),
        dict(type='LoggerHook', begin=300),  # not one of the toolbox
    ]
    shorten(cfg, 40)
    assert cfg.param_scheduler.milestones == [20, 30]
    step, switch, teacher, other = cfg.custom_hooks
    assert step.every == 5
    assert switch.steps == [(10, loss)]
    assert (teacher.begin, teacher.end) == (30, 31)
    assert other.begin == 300


def test_the_rate_of_a_published_config_falls_in_a_short_training():
    cfg = Config.fromfile('configs/mg/mg_davis.py')
    shorten(cfg, 3000)
    found = [
        part['milestones'] for part in cfg.param_scheduler
        if 'milestones' in part
    ]
    assert found == [[800, 1600, 2400]]
