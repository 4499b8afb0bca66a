"""PWC-lite on the frames of DAVIS 2016, or one's own, without any label.

The training of ARFlow before its augmented stage, on pairs of all videos:
L1 and SSIM where the opposite flow leads to, then census where both flows
agree. For other videos replace the data sets as docs/user_guides/datasets.md
says; nothing but frames is read.
"""

_base_ = ['../_base_/models/pwclite.py', '../_base_/default_runtime.py']

supervision = dict(masks='none', flow='none', encoder='none')
data_root = 'data/DAVIS'
size = (256, 448)  # multiples of 64

max_iters = 20000
custom_hooks = [
    dict(
        type='LossSwitchHook',
        loss='loss_photometric',
        steps=[(max_iters // 2, _base_.later_photometric)],
    )
]

train_dataloader = dict(
    batch_size=4,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='VideoSampler', gap_sampling='uniform'),
    dataset=dict(
        type='DAVIS2016',
        data_root=data_root,
        gaps=(1, -1),
        pipeline=[
            dict(type='LoadFrames', gaps=None),
            dict(type='ResizeFrames', size=size, interpolation='area'),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='DAVIS2016',
        data_root=data_root,
        split='val',
        test_mode=True,
        pipeline=[
            dict(type='LoadFrames', gaps=(1, ), missing='opposite'),
            dict(type='ResizeFrames', size=size, interpolation='area'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='FlowMetric')
test_evaluator = val_evaluator
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

train_cfg = dict(
    type='IterTrainLoop', max_iters=max_iters, val_interval=max_iters
)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=1e-4, weight_decay=1e-6),
    paramwise_cfg=dict(bias_decay_mult=0.0),
)
param_scheduler = []
auto_scale_lr = dict(base_batch_size=4)
