"""IMAS with a ResNet-50, FBMS-59: both stages in one run."""

_base_ = './imas_r50_segtrackv2.py'

model = dict(
    # Paper: features are merged everywhere but on SegTrackv2.
    head=dict(in_channels=(256, 2048), in_index=(0, 3)),
)

train_dataloader = dict(dataset=dict(type='FBMS59', data_root='data/FBMS59'))
val_dataloader = dict(
    dataset=dict(
        type='FBMS59',
        data_root='data/FBMS59',
        split='test',
        require_mask=True,
    ),
)
test_dataloader = val_dataloader

custom_hooks = [
    _base_.custom_hooks[0],
    dict(_base_.custom_hooks[1], begin=3468),
    dict(_base_.custom_hooks[2], milestones=[3468]),
    dict(_base_.custom_hooks[3], begin=3468),
]
train_cfg = dict(max_iters=3668, val_interval=867)  # release: 3468
param_scheduler = [
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=1e-6,
        begin=0,
        # Release: the rate is laid out for five times as long.
        end=17340,
        by_epoch=False,
    ),
]
default_hooks = dict(checkpoint=dict(interval=867))
