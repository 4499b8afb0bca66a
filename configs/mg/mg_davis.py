"""Motion Grouping, DAVIS 2016.

All fifty sequences train, as in the release. The paper's flow is RAFT's on
the 1080p frames: put its files into the released layout
(data/DAVIS/Flows_gap<n>/1080p/<video>/<frame>.flo).
"""

_base_ = [
    '../_base_/models/motion_grouping.py',
    '../_base_/datasets/davis2016.py',
    '../_base_/schedules/motion_grouping.py',
    '../_base_/default_runtime.py',
]

# Flow weights trained on FlyingChairs and FlyingThings.
supervision = dict(masks='none', flow='synthetic', encoder='none')

train_dataloader = dict(
    batch_size=32,  # release: pairs of flows
    sampler=dict(gap_sampling='pairs', num_gaps=2),
    dataset=dict(
        flow_estimator=None,
        flow_layout='mg',
        flow_resolution='1080p',
        pipeline=[
            dict(type='LoadFlows'),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        gaps=_base_.gaps,
        flow_estimator=None,
        flow_layout='mg',
        flow_resolution='1080p',
        require_flow=True,
        pipeline=[
            dict(
                type='LoadFlows',
                gaps=(1, ),  # the published numbers use one flow
                missing='nearest',
                negate_opposite=False,
            ),
            dict(type='LoadMasks'),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(
    frames='inner',  # the toolkit of DAVIS 2016
    oracle=('region', ),  # what the published number chooses by
)
test_evaluator = val_evaluator
