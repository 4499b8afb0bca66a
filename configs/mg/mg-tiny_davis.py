"""Motion Grouping with narrow parts on real video, on a CPU: DAVIS 2016.

What differs from the paper's recipe stands in README.md. Extract the flow
first:
tools/extract_flow.py configs/mg/mg-tiny_davis.py --size 240 427
"""

_base_ = [
    '../_base_/models/motion_grouping_tiny.py',
    '../_base_/datasets/davis2016.py',
    '../_base_/schedules/motion_grouping_tiny.py',
    '../_base_/default_runtime.py',
]

supervision = dict(masks='none', flow='none', encoder='none')
size = (64, 112)
flow_estimator = dict(type='DISFlowEstimator', finest_scale=0)
flow_name = 'dis_240x427'

# The motion of the camera would be most of the picture, and a few wild
# vectors its brightest colours.
flow_pipeline = [
    dict(type='ResizeFlows', size=size),
    dict(type='SubtractBackgroundMotion'),
    dict(type='NormalizeFlows'),
    dict(type='ClipFlows', limit=1.5),
]
train_dataloader = dict(
    batch_size=4,
    num_workers=1,
    sampler=dict(gap_sampling='pairs', num_gaps=2),
    dataset=dict(
        _delete_=True,
        type='DAVIS2016',
        data_root='data/DAVIS',
        gaps=_base_.gaps,
        flow_estimator=flow_estimator,
        flow_name=flow_name,
        require_flow=True,
        pipeline=[
            dict(
                type='CacheTransforms',
                depends_on=['img_path', 'gaps'],
                transforms=[dict(type='LoadFlows'), *flow_pipeline],
            ),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        flow_estimator=flow_estimator,
        flow_name=flow_name,
        gaps=_base_.gaps,
        require_flow=True,
        pipeline=[
            dict(
                type='LoadFlows',
                gaps=(1, ),
                missing='nearest',
                negate_opposite=False,
            ),
            *flow_pipeline,
            dict(type='LoadMasks'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(oracle=('region', ))
test_evaluator = val_evaluator
