"""SegTrackv2: flow at 128 x 224, as Motion Grouping uses it."""

_base_ = '../evaluation.py'

data_root = 'data/SegTrackv2'
gaps = (1, 2, -1, -2)

train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    # Two flows of one frame, Motion Grouping.
    sampler=dict(type='VideoSampler', gap_sampling='pairs', num_gaps=2),
    dataset=dict(
        type='SegTrackv2',
        data_root=data_root,
        gaps=gaps,
        flow_layout='mg',
        require_flow=True,
        pipeline=[
            dict(type='LoadFlows'),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)

val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoShardSampler'),
    dataset=dict(
        type='SegTrackv2',
        data_root=data_root,
        gaps=gaps,
        flow_layout='mg',
        require_flow=True,
        test_mode=True,
        pipeline=[
            dict(
                type='LoadFlows',
                gaps=(1, ),
                missing='nearest',
                negate_opposite=False,
            ),
            dict(type='LoadMasks'),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_evaluator = dict(
    type='VideoSegmentationMetric',
    frames='all',
    average='frame',
    oracle=('region', ),
)
test_dataloader = val_dataloader
test_evaluator = val_evaluator
