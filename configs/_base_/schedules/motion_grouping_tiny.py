"""How narrow parts of Motion Grouping are trained on a CPU."""

train_cfg = dict(type='IterTrainLoop', max_iters=8000, val_interval=8000)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=1e-3),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=200, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=200,
        end=8000,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=4)
