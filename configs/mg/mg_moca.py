"""Motion Grouping, MoCA.

Fine-tuned from DAVIS 2016 on all sequences. The flow is RAFT's in the
released layout, Flows_gap<n>.
"""

_base_ = [
    '../_base_/models/motion_grouping.py',
    '../_base_/datasets/moca.py',
    '../_base_/schedules/motion_grouping.py',
    '../_base_/default_runtime.py',
]

# Flow weights trained on FlyingChairs and FlyingThings.
supervision = dict(masks='none', flow='synthetic', encoder='none')

# Each frame decides for itself in the release.
model = dict(postprocess=[dict(type='BorderShareForeground', vote=False)])
load_from = 'work_dirs/mg_davis/iter_300000.pth'

train_dataloader = dict(batch_size=32)  # release: pairs of flows
train_cfg = dict(val_interval=10000)  # release
