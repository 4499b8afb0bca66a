"""Stage 2 of IMAS alone, from weights of imas_r50_davis_stage1.py.

Name others with --cfg-options load_from=CHECKPOINT.
"""

_base_ = './imas_r50_davis.py'

model = dict(loss_recon=dict(loss_weight=0.1))  # release
load_from = 'work_dirs/imas_r50_davis_stage1/iter_43200.pth'

custom_hooks = [
    _base_.custom_hooks[0],
    dict(_base_.custom_hooks[1], begin=0),
]
train_cfg = dict(max_iters=200, val_interval=200)
optim_wrapper = dict(optimizer=dict(lr=1e-5))  # release
param_scheduler = [
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=1e-6,
        begin=0,
        end=200,
        by_epoch=False,
    ),
]
default_hooks = dict(checkpoint=dict(interval=100))
