"""GWM with a small U-Net on real video, on a CPU: DAVIS 2016.

What differs from the paper's recipe, and what each change gains, stands in
README.md. Extract the flow first:
tools/extract_flow.py configs/gwm/gwm_unet-tiny_davis.py --size 240 427
"""

_base_ = './gwm_unet_davis.py'

supervision = dict(masks='none', flow='none', encoder='none')
size = (96, 168)
flow_estimator = dict(type='DISFlowEstimator', finest_scale=0)
flow_name = 'dis_240x427'

model = dict(
    encoder=dict(base_channels=16),
    head=dict(in_channels=16),
    loss_recon=dict(loss_weight=1.0),
    postprocess=[
        dict(type='MotionForeground', vote=True),
        dict(type='MotionFusion'),
        dict(
            type='DenseCRF',
            size=240,  # the shorter side
            spatial_sigma=30.0,  # 60 at 480p
            num_iters=10,
        ),
    ],
)

train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(
        _delete_=True,
        type='DAVIS2016',
        data_root='data/DAVIS',
        gaps=(1, 2, -1, -2),
        flow_estimator=flow_estimator,
        flow_name=flow_name,
        require_flow=True,
        pipeline=[
            dict(
                type='CacheTransforms',
                depends_on=['img_path'],
                transforms=[
                    dict(type='LoadFrames'),
                    dict(type='ResizeFrames', size=size, interpolation='area'),
                ],
            ),
            dict(
                type='CacheTransforms',
                depends_on=['img_path'],
                transforms=[
                    # Every flow of the frame, in every step.
                    dict(
                        type='LoadFlows',
                        gaps=(1, 2, -1, -2),
                        missing='nearest',
                    ),
                    dict(type='ResizeFlows', size=size),
                    dict(type='SubtractBackgroundMotion'),
                    dict(type='NormalizeFlows'),
                ],
            ),
            dict(type='RandomFlip'),
            dict(
                type='ColorJitter',
                brightness=0.3,
                contrast=0.3,
                saturation=0.3,
            ),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        flow_estimator=flow_estimator,
        flow_name=flow_name,
        gaps=(1, -1),
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='LoadMasks'),
            dict(type='ResizeFrames', size=size, interpolation='area'),
            dict(type='ResizeFlows', size=size),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

optim_wrapper = dict(
    _delete_=True,
    # Faster where the CPU has instructions for bfloat16.
    type='AutocastOptimWrapper',
    only_if_fast=True,
    optimizer=dict(type='AdamW', lr=7e-4, weight_decay=0.01),
    clip_grad=dict(max_norm=5.0, norm_type=2),
)
train_cfg = dict(max_iters=4000, val_interval=4000)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=200, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-6,
        begin=200,
        end=4000,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=8)
custom_hooks = [
    # 64 x 112 first, which takes half of the time.
    dict(type='TrainScaleHook', steps=[(0, 2 / 3), (1000, 1.0)]),
    dict(
        type='EMAHook',
        ema_type='MomentumAnnealingEMA',
        momentum=0.002,
        gamma=1,  # a plain mean of all weights over the first 500 steps
        update_buffers=True,
    ),
]
