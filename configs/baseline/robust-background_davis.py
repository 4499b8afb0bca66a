"""Robust background motion on DAVIS 2016: the classical baseline.

Extract the flow first:
tools/extract_flow.py data/DAVIS/JPEGImages/480p --out data/DAVIS --gaps 1 -1
--size 240 427 --name dis_240x427
"""

_base_ = ['../_base_/datasets/davis2016.py', '../_base_/default_runtime.py']

supervision = dict(masks='none', flow='none', encoder='none')

model = dict(type='RobustBackground', degree=2)

test_dataloader = dict(
    dataset=dict(
        flow_estimator='dis',
        flow_name='dis_240x427',
        gaps=(1, -1),
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='LoadMasks'),
            dict(type='ResizeFrames', size=(120, 214), interpolation='area'),
            dict(type='ResizeFlows', size=(120, 214)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
