"""How Motion Grouping is trained."""

train_cfg = dict(
    type='IterTrainLoop', max_iters=300000, val_interval=1000
)  # paper: about 300k
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=5e-4),
)
param_scheduler = [
    # Paper; the release starts with one step at the full rate and stays at
    # 0.995 of it afterwards.
    dict(type='LinearLR', start_factor=1e-6, begin=0, end=201, by_epoch=False),
    dict(
        type='MultiStepLR',
        milestones=[80000, 160000, 240000],
        gamma=0.5,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=32)
custom_hooks = [
    dict(
        type='LossWeightStepHook',
        losses=['loss_entropy', 'loss_consistency'],
        gamma=5.0,  # paper: at every halving of the rate
        every=80000,
    ),
]
