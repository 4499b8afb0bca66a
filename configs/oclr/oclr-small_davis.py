"""OCLR of oclr-small_synthetic on real video that it has never seen: DAVIS.

Extract the flow first:
tools/extract_flow.py configs/oclr/oclr-small_davis.py --split test
--size 240 427
"""

_base_ = './oclr-small_synthetic.py'

# Without labels: whatever moves, though no layer alone may be sure of it.
model = dict(
    composition='soft',
    postprocess=[dict(type='ForegroundObjects', keep='union')],
)

test_dataloader = dict(
    _delete_=True,
    batch_size=1,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='VideoShardSampler'),
    dataset=dict(
        type='DAVIS2016',
        data_root='data/DAVIS',
        split='val',
        gaps=(1, -1),
        flow_estimator=dict(type='DISFlowEstimator', finest_scale=0),
        flow_name='dis_240x427',
        require_flow=True,
        test_mode=True,
        pipeline=[
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='LoadMasks'),
            *_base_.flow_pipeline,
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_evaluator = dict(
    _delete_=True,
    type='VideoSegmentationMetric',
    oracle=('clip', ),
)

# Training is that of oclr-small_synthetic; only tools/test.py applies.
train_dataloader = None
train_cfg = None
optim_wrapper = None
param_scheduler = None
val_dataloader = None
val_evaluator = None
val_cfg = None
