"""DAVIS 2016: RGB at 128 x 224, flow at 480 x 854, as GWM uses them."""

_base_ = '../evaluation.py'

data_root = 'data/DAVIS'
gaps = (1, 2, -1, -2)

train_dataset = dict(
    type='DAVIS2016',
    data_root=data_root,
    gaps=gaps,
    flow_estimator='dis',
    require_flow=True,
    pipeline=[
        dict(type='LoadFrames'),
        dict(type='LoadFlows'),
        dict(type='ResizeFrames', size=(128, 224), interpolation='bicubic'),
        dict(type='ResizeFlows', size=(480, 854), interpolation='nearest'),
        dict(type='ClipFlows', limit=20.0),
        dict(type='PackMotionInputs'),
    ],
)
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='VideoSampler', gap_sampling='uniform'),
    dataset=train_dataset,
)

val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoShardSampler'),
    dataset=dict(
        type='DAVIS2016',
        data_root=data_root,
        split='val',
        test_mode=True,
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadMasks'),
            dict(
                type='ResizeFrames', size=(128, 224), interpolation='bicubic'
            ),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
