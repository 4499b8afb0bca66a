"""Motion Grouping, FBMS-59.

All sequences train. The flow is RAFT's in the released layout, Flows_gap<n>.
"""

_base_ = [
    '../_base_/models/motion_grouping.py',
    '../_base_/datasets/fbms59.py',
    '../_base_/schedules/motion_grouping.py',
    '../_base_/default_runtime.py',
]

# Flow weights trained on FlyingChairs and FlyingThings.
supervision = dict(masks='none', flow='synthetic', encoder='none')

train_dataloader = dict(batch_size=32)  # release: pairs of flows
