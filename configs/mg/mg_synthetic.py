"""Motion Grouping with narrow parts on the synthetic world: a few minutes.

Trains on true flow and is evaluated on scenes that it has never seen.
"""

_base_ = [
    '../_base_/models/motion_grouping.py',
    '../_base_/datasets/synthetic.py',
    '../_base_/default_runtime.py',
]

# The flow is known exactly, which is more than any estimator gives.
supervision = dict(masks='none', flow='synthetic', encoder='none')
size = (64, 112)

model = dict(
    encoder=dict(channels=(16, 32, 64)),
    binding=dict(in_channels=64),
    decoder=dict(in_channels=64, channels=(32, 32, 32)),
)

train_dataloader = dict(
    sampler=dict(gap_sampling='pairs', num_gaps=2),
    dataset=dict(
        pipeline=[
            dict(type='RenderScene'),
            dict(type='ResizeFlows', size=size),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='RenderScene', gaps=(1, ), missing='opposite'),
            dict(type='ResizeFlows', size=size),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

train_cfg = dict(type='IterTrainLoop', max_iters=2000, val_interval=2000)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=1e-3),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=100, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=100,
        end=2000,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=8)
