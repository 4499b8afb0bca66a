"""GWM with a small U-Net that learns from one video of one's own, on a CPU.

What ``mmmotion-segment`` uses unless it is told otherwise: a short training
from random weights on the frames that are then segmented.
"""

_base_ = './gwm_unet-tiny_davis.py'

model = dict(
    motion_model=dict(
        _delete_=True, type='ConstantMotion', weighting='linear'
    ),
    loss_recon=dict(norm='l1'),
)
train_dataloader = dict(
    dataset=dict(type='VideoSegDataset', data_root='data/mine')
)
test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='VideoSegDataset',
        data_root='data/mine',
        flow_estimator=_base_.flow_estimator,
        flow_name=_base_.flow_name,
        gaps=(1, -1),
        test_mode=True,
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='ResizeFrames', size=_base_.size, interpolation='area'),
            dict(type='ResizeFlows', size=_base_.size),
            dict(type='PackMotionInputs'),
        ],
    )
)
val_dataloader = None
val_cfg = None
val_evaluator = None

train_cfg = dict(max_iters=600)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=40, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-6,
        begin=40,
        end=600,
        by_epoch=False,
    ),
]
custom_hooks = [
    # 64 x 112 first, which takes half of the time.
    dict(type='TrainScaleHook', steps=[(0, 2 / 3), (400, 1.0)]),
    dict(
        type='EMAHook',
        ema_type='MomentumAnnealingEMA',
        momentum=0.01,
        gamma=1,  # a plain mean of all weights over the first 100 steps
        update_buffers=True,
    ),
]
