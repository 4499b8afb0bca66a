"""IMAS with a small U-Net on real video, on a CPU: DAVIS 2016.

Stage 1. What differs from the paper's recipe stands in README.md. Extract the
flow first:
tools/extract_flow.py configs/imas/imas-tiny_davis.py --size 240 427
"""

_base_ = ['../_base_/datasets/davis2016.py', '../_base_/default_runtime.py']

supervision = dict(masks='none', flow='none', encoder='none')
size = (96, 168)
flow_estimator = dict(type='DISFlowEstimator', finest_scale=0)
flow_name = 'dis_240x427'

model = dict(
    type='IMAS',
    encoder=dict(type='UNetEncoder', base_channels=16),
    head=dict(type='FCNHead', in_channels=16),
    num_groups=4,
    motion_model=dict(
        type='ResidualMotion',
        base=dict(type='ConstantMotion', weighting='linear'),
        head=dict(
            type='PairHead',
            in_channels=64,
            in_index=2,  # a quarter of the size
            num_convs=1,
            channels=64,
            norm=dict(type='BN'),
        ),
        # The flow of each pair is divided by its 95th percentile.
        bound=0.5,
        softness=1.0,
    ),
    loss_recon=dict(type='FlowReconstructionLoss', norm='l1', loss_weight=1.0),
    postprocess=[dict(type='ObjectChannel', decide='argmax')],
)

train_dataloader = dict(
    batch_size=4,
    num_workers=1,
    sampler=dict(gaps=(1, )),
    dataset=dict(
        _delete_=True,
        type='DAVIS2016',
        data_root='data/DAVIS',
        gaps=(1, -1),
        flow_estimator=flow_estimator,
        flow_name=flow_name,
        require_flow=True,
        pipeline=[
            dict(
                type='CacheTransforms',
                depends_on=['img_path'],
                transforms=[
                    dict(type='LoadFrames', gaps=(1, )),
                    dict(type='LoadFlows', gaps=(1, ), both_ways=True),
                    dict(type='ResizeFrames', size=size, interpolation='area'),
                    dict(type='ResizeFlows', size=size),
                    dict(type='SubtractBackgroundMotion'),
                    dict(type='NormalizeFlows'),
                ],
            ),
            dict(type='LoadPseudoMasks'),  # in the second stage
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
val_evaluator = dict(oracle=('side', 'assignment', 'channel'))
test_evaluator = val_evaluator

optim_wrapper = dict(
    # Faster where the CPU has instructions for bfloat16.
    type='AutocastOptimWrapper',
    only_if_fast=True,
    optimizer=dict(type='AdamW', lr=7e-4, weight_decay=0.01),
    clip_grad=dict(max_norm=5.0, norm_type=2),
)
train_cfg = dict(type='IterTrainLoop', max_iters=3000, val_interval=3000)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=200, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-6,
        begin=200,
        end=3000,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=4)
custom_hooks = [
    # 64 x 112 first, which takes half of the time.
    dict(type='TrainScaleHook', steps=[(0, 2 / 3), (2000, 1.0)]),
    dict(
        type='EMAHook',
        ema_type='MomentumAnnealingEMA',
        momentum=0.002,
        gamma=1,  # a plain mean of all weights over the first 500 steps
        update_buffers=True,
    ),
    dict(type='ObjectChannelHook', by='motion', num_frames=64),
]
