"""AMD with the first half of a ResNet-18 on the synthetic world, on a CPU.

Learns from pairs of frames alone and is evaluated on scenes that it has never
seen. What differs from the paper's recipe stands in README.md.
"""

_base_ = ['../_base_/datasets/synthetic.py', '../_base_/default_runtime.py']

supervision = dict(masks='none', flow='none', encoder='none')
size = (64, 112)

photometric = dict(
    type='PhotometricLoss',
    distances=[
        dict(type='L1Loss', loss_weight=0.15),
        dict(type='SSIMLoss', loss_weight=0.85),
    ],
    visibility='splat',
    level_weights=(1.0, 1.0, 1.0, 1.0, 0.0),
)
model = dict(
    type='AMD',
    encoder=dict(
        type='ResNetEncoder',
        depth=18,
        strides=(1, 1),
        dilations=(1, 2),
        out_indices=(1, ),
        zero_init_residual=True,
    ),
    head=dict(
        type='FCNHead',
        in_channels=128,
        num_groups=3,  # of 5, two share the objects
        num_convs=1,
        channels=64,
        dilation=2,
        norm=dict(type='BN'),
    ),
    motion_model=dict(
        type='SegmentFlow',
        input_size=(64, 128),
        with_dense_flow=True,
        normalize_features=True,
        init_cfg=dict(
            type='Kaiming',
            layer=['Conv2d', 'Linear'],
            a=0.1,
            mode='fan_in',
            nonlinearity='leaky_relu',
        ),
    ),
    loss_recon=photometric,
    loss_dense=photometric,
    relative_motion=True,
    postprocess=[dict(type='ObjectChannel')],
)
custom_hooks = [dict(type='ObjectChannelHook', by='motion', num_frames=64)]

train_dataloader = dict(
    batch_size=4,
    sampler=dict(gap_sampling='uniform'),
    dataset=dict(
        gaps=(2, 3, -2, -3),
        pipeline=[
            dict(type='RenderScene', gaps=(), frame_gaps=None),
            dict(type='ResizeFrames', size=size, interpolation='area'),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='RenderScene', gaps=()),
            dict(type='ResizeFrames', size=size, interpolation='area'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(oracle=('channel', ))
test_evaluator = val_evaluator

train_cfg = dict(type='IterTrainLoop', max_iters=500, val_interval=500)
optim_wrapper = dict(
    # Faster where the CPU has instructions for bfloat16.
    type='AutocastOptimWrapper',
    only_if_fast=True,
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=1e-6),
    clip_grad=dict(max_norm=5.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=50, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=50,
        end=500,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=4)
