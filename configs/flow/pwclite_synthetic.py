"""PWC-lite from scratch on the synthetic world, on a CPU, without labels.

Trains on pairs of frames alone and is evaluated against the true flow of
scenes that it has never seen.
"""

_base_ = [
    '../_base_/models/pwclite.py',
    '../_base_/datasets/synthetic.py',
    '../_base_/default_runtime.py',
]

supervision = dict(masks='none', flow='none', encoder='none')
size = (64, 128)  # multiples of 64

max_iters = 1800
custom_hooks = [
    dict(
        type='LossSwitchHook',
        loss='loss_photometric',
        steps=[(1000, _base_.later_photometric)],
    )
]

train_dataloader = dict(
    batch_size=4,
    dataset=dict(
        num_videos=128,
        num_frames=10,
        size=size,
        pipeline=[
            dict(type='RenderScene', gaps=(), frame_gaps=None),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    sampler=dict(_delete_=True, type='DefaultSampler', shuffle=False),
    dataset=dict(
        size=size,
        pipeline=[
            dict(
                type='RenderScene',
                gaps=(1, ),
                frame_gaps=(1, ),
                missing='opposite',
                negate_opposite=False,
            ),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(_delete_=True, type='FlowMetric')
test_evaluator = val_evaluator
val_cfg = dict(_delete_=True, type='ValLoop')
test_cfg = dict(_delete_=True, type='TestLoop')

train_cfg = dict(
    type='IterTrainLoop', max_iters=max_iters, val_interval=max_iters
)
optim_wrapper = dict(
    # Faster where the CPU has instructions for bfloat16.
    type='AutocastOptimWrapper',
    only_if_fast=True,
    optimizer=dict(type='Adam', lr=5e-4),
    clip_grad=dict(max_norm=5.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-2, begin=0, end=50, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-6,
        begin=50,
        end=max_iters,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=4)
