"""Robust background motion on DAVIS 2016: the classical baseline.

Extract the flow first:
tools/extract_flow.py configs/baseline/robust-background_davis.py --split test
--size 240 427
"""

_base_ = ['../_base_/datasets/davis2016.py', '../_base_/default_runtime.py']

supervision = dict(masks='none', flow='none', encoder='none')

model = dict(type='RobustBackground', degree=2)

test_dataloader = dict(
    dataset=dict(
        flow_estimator=dict(type='DISFlowEstimator', finest_scale=0),
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

# There is nothing to train: only tools/test.py applies.
train_dataloader = None
val_dataloader = None
val_evaluator = None
val_cfg = None
