"""MoCA: flow at 128 x 224 and boxes, as Motion Grouping uses them."""

data_root = 'data/MoCA'
gaps = (1, 2, -1, -2)

train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    # Two flows of one frame, Motion Grouping.
    sampler=dict(type='VideoSampler', gap_sampling='pairs', num_gaps=2),
    dataset=dict(
        type='MoCA',
        data_root=data_root,
        data_prefix=dict(mask=None),
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
        type='MoCA',
        data_root=data_root,
        data_prefix=dict(mask=None),
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
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_evaluator = dict(
    type='VideoBoxMetric', frames='but_last', threshold=0.1, region='box'
)
test_dataloader = val_dataloader
test_evaluator = val_evaluator
val_cfg = dict(type='VideoValLoop')
test_cfg = dict(type='VideoTestLoop')
