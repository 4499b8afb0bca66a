"""OCLR, trained on synthetic scenes, evaluated on DAVIS2017-motion.

The flow is RAFT's in the released layout, Flows_gap<n>, gaps 1 and -1.
The annotations are those that this tool makes of DAVIS 2017:
tools/dataset_converters/davis2017_motion.py
"""

_base_ = [
    '../_base_/models/layered_representation.py',
    '../_base_/evaluation.py',
    '../_base_/default_runtime.py',
]

# RAFT's weights, trained on FlyingChairs and FlyingThings.
supervision = dict(masks='synthetic', flow='synthetic', encoder='none')

test_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoShardSampler'),
    dataset=dict(
        type='DAVIS2017Motion',
        data_root='data/DAVIS2017',
        split='val',
        gaps=(1, -1),
        flow_layout='mg',
        require_flow=True,
        test_mode=True,
        pipeline=[
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='LoadMasks', binarize='objects'),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_evaluator = dict(
    _delete_=True,
    type='VideoObjectMetric',
    oracle=('clip', ),
)

# Training is that of oclr_synthetic; only tools/test.py applies.
train_dataloader = None
val_dataloader = None
val_evaluator = None
val_cfg = None
