"""OCLR, trained on synthetic scenes, evaluated on FBMS-59.

The flow is RAFT's in the released layout, Flows_gap<n>, gaps 1 and -1.
"""

_base_ = [
    '../_base_/models/layered_representation.py',
    '../_base_/datasets/fbms59.py',
    '../_base_/default_runtime.py',
]

# RAFT's weights, trained on FlyingChairs and FlyingThings.
supervision = dict(masks='synthetic', flow='synthetic', encoder='none')

# As in the release.
model = dict(postprocess=[dict(type='ForegroundObjects', keep='union')])

test_dataloader = dict(
    dataset=dict(
        gaps=(1, -1),  # here too
        # The network sees every frame; those with annotation are scored.
        require_mask=False,
        pipeline=[
            dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
            dict(type='LoadMasks'),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
# The mean over all annotated frames, as MG has it: the release scores its
# files by programs that are not in it.
test_evaluator = dict(average='frame', oracle=('clip', ))

# Training is that of oclr_synthetic; only tools/test.py applies.
train_dataloader = None
val_dataloader = None
val_evaluator = None
val_cfg = None
