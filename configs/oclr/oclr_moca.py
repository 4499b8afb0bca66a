"""OCLR, trained on synthetic scenes, evaluated on MoCA.

The flow is RAFT's in the released layout, Flows_gap<n>, gaps 1 and -1.
"""

_base_ = [
    '../_base_/models/layered_representation.py',
    '../_base_/datasets/moca.py',
    '../_base_/default_runtime.py',
]

# RAFT's weights, trained on FlyingChairs and FlyingThings.
supervision = dict(masks='synthetic', flow='synthetic', encoder='none')

# Without labels: whatever moves. The oracle is the release's choice.
model = dict(postprocess=[dict(type='ForegroundObjects', keep='union')])

test_dataloader = dict(
    dataset=dict(
        gaps=(1, -1),
        pipeline=[
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_evaluator = dict(oracle=('clip', ))

# Training is that of oclr_synthetic; only tools/test.py applies.
train_dataloader = None
val_dataloader = None
val_evaluator = None
val_cfg = None
