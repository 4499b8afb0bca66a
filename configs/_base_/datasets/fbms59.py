"""FBMS-59: flow at 128 x 224, as Motion Grouping uses it.

Trained on all videos, evaluated on the annotated frames of the test videos.
"""

_base_ = '../evaluation.py'

data_root = 'data/FBMS59'
gaps = (3, 6, -3, -6)

train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    # Two flows of one frame, Motion Grouping.
    sampler=dict(type='VideoSampler', gap_sampling='pairs', num_gaps=2),
    dataset=dict(
        type='FBMS59',
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
        type='FBMS59',
        data_root=data_root,
        split='test',
        require_mask=True,
        gaps=gaps,
        flow_layout='mg',
        require_flow=True,
        test_mode=True,
        pipeline=[
            dict(
                type='LoadFlows',
                gaps=(3, ),
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
