"""OCLR, trained on synthetic scenes, evaluated on SegTrackv2.

The flow is RAFT's in the released layout, Flows_gap<n>, gaps 1 and -1.
"""

_base_ = [
    '../_base_/models/layered_representation.py',
    '../_base_/datasets/segtrackv2.py',
    '../_base_/default_runtime.py',
]

# RAFT's weights, trained on FlyingChairs and FlyingThings.
supervision = dict(masks='synthetic', flow='synthetic', encoder='none')

# As in the release.
model = dict(postprocess=[dict(type='ForegroundObjects', keep='union')])

test_dataloader = dict(
    dataset=dict(
        gaps=(1, -1),
        pipeline=[
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='LoadMasks'),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
# As the release; the mean over all frames is MG's.
test_evaluator = dict(average='sequence', oracle=('clip', ))

# Training is that of oclr_synthetic; only tools/test.py applies.
train_dataloader = None
val_dataloader = None
val_evaluator = None
val_cfg = None
