"""The masks of amd-tiny_davis with objects chosen by optical flow at test.

Train amd-tiny_davis.py first, and extract the flow that this config reads with
tools/extract_flow.py, --split test and --size 240 427.
"""

_base_ = './amd-tiny_davis.py'

size = (96, 168)

model = dict(
    postprocess=[
        dict(type='MotionForeground', vote=True),
    ],
)
custom_hooks = []

val_dataloader = dict(
    dataset=dict(
        gaps=(1, -1),
        flow_estimator=dict(type='DISFlowEstimator', finest_scale=0),
        flow_name='dis_240x427',
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='LoadMasks'),
            dict(type='ResizeFrames', size=size, interpolation='area'),
            dict(type='ResizeFlows', size=size),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
