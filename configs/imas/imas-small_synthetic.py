"""IMAS with a small U-Net on the synthetic world: the method in minutes.

Trains on true flow and is evaluated on scenes that it has never seen. Whole
scenes move, so a motion is affine before it may differ from pixel to pixel.
"""

_base_ = ['../_base_/datasets/synthetic.py', '../_base_/default_runtime.py']

# The flow is known exactly, which is more than any estimator gives.
supervision = dict(masks='none', flow='synthetic', encoder='none')

model = dict(
    type='IMAS',
    encoder=dict(type='UNetEncoder', base_channels=16),
    head=dict(type='FCNHead', in_channels=16),
    num_groups=4,
    motion_model=dict(
        type='ResidualMotion',
        base=dict(type='AffineMotion', weighting='linear'),
        head=dict(
            type='PairHead',
            in_channels=64,
            in_index=2,
            num_convs=1,
            channels=64,
            norm=dict(type='BN'),
        ),
        bound=1.0,
        softness=1.0,
    ),
    loss_recon=dict(type='FlowReconstructionLoss', norm='l1', loss_weight=1.0),
    # No channel keeps its meaning from scene to scene.
    postprocess=[dict(type='MotionForeground', vote=True)],
)

train_dataloader = dict(
    batch_size=4,
    dataset=dict(
        gaps=(1, -1, 2, -2),
        pipeline=[
            dict(type='RenderScene', frame_gaps=None, both_ways=True),
            dict(type='ResizeFrames', size=(64, 112), interpolation='area'),
            dict(type='ResizeFlows', size=(64, 112)),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='RenderScene', gaps=(1, -1), missing='opposite'),
            dict(type='ResizeFrames', size=(64, 112), interpolation='area'),
            dict(type='ResizeFlows', size=(64, 112)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

train_cfg = dict(type='IterTrainLoop', max_iters=700, val_interval=700)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.01),
    clip_grad=dict(max_norm=5.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=100, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=100,
        end=700,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=4)
