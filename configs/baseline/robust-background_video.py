"""Robust background motion on a video of one's own: an answer in seconds."""

_base_ = './robust-background_davis.py'

test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='VideoSegDataset',
        data_root='data/mine',
        flow_estimator=dict(type='DISFlowEstimator', finest_scale=0),
        flow_name='dis_240x427',
        gaps=(1, -1),
        test_mode=True,
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='ResizeFrames', size=(120, 214), interpolation='area'),
            dict(type='ResizeFlows', size=(120, 214)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
