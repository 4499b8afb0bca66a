"""IMAS with a ResNet-50, SegTrackv2: both stages in one run.

Frames and flow are those of frames resized to 480 x 854, as in the release;
what counts is the original frame.
"""

_base_ = './imas_r50_davis.py'

model = dict(
    # Paper: no merging of features here.
    head=dict(in_channels=2048, in_index=3),
)

train_dataloader = dict(
    dataset=dict(
        type='SegTrackv2',
        data_root='data/SegTrackv2',
        flow_resolution='',
        pipeline=[
            dict(type='LoadFrames', gaps=None),
            dict(type='LoadFlows', both_ways=True, size=(480, 854)),
            dict(
                type='ResizeFrames', size=(480, 854), interpolation='bilinear'
            ),
            dict(type='LoadPseudoMasks'),
            dict(
                type='RandomResizeShortSide',
                short_side=400,
                ratio_range=(0.96, 1.0),
                flow_interpolation='nearest',
                rescale_flows=False,
            ),
            dict(type='RandomCrop', size=(384, 384)),
            dict(type='RandomFlip', negate_flow=False),
            dict(type='PhotometricDistortion'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='SegTrackv2',
        data_root='data/SegTrackv2',
        test_mode=True,
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadMasks'),
            dict(
                type='ResizeFrames', size=(392, 697), interpolation='bilinear'
            ),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

custom_hooks = [
    _base_.custom_hooks[0],
    dict(
        type='PseudoLabelHook',
        begin=1220,
        refine=[
            dict(
                type='DenseCRF',
                size=(480, 854),
                scale=0.7,
                normalization='after',
            ),
        ],
        constraint=[
            dict(
                type='SemanticExtent',
                threshold=0.5,
                dilation=7,  # paper
                features=_base_.custom_hooks[0]['features'],
                frame_size=(480, 854),
            ),
        ],
        dataset=dict(gaps=(), require_flow=False),
    ),
    dict(
        type='LossWeightStepHook',
        losses=['loss_recon'],
        gamma=0.1,
        milestones=[1220],
    ),
    dict(type='OptimizerRestartHook', begin=1220, lr_factor=0.1),
]

# Stage 1 as long as in the release, stage 2 as on DAVIS.
train_cfg = dict(max_iters=1420, val_interval=244)
optim_wrapper = dict(optimizer=dict(weight_decay=1e-6))  # release
param_scheduler = [
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=1e-6,
        begin=0,
        end=1220,
        by_epoch=False,
    ),
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=1e-6,
        begin=1220,
        end=1420,
        by_epoch=False,
    ),
]
default_hooks = dict(checkpoint=dict(interval=244))
