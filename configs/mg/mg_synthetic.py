"""Motion Grouping with narrow parts on the synthetic world, on a CPU.

Trains on true flow and is evaluated on scenes that it has never seen.
"""

_base_ = [
    '../_base_/models/motion_grouping_tiny.py',
    '../_base_/datasets/synthetic.py',
    '../_base_/schedules/motion_grouping_tiny.py',
    '../_base_/default_runtime.py',
]

# The flow is known exactly, which is more than any estimator gives.
supervision = dict(masks='none', flow='synthetic', encoder='none')
size = (64, 112)

# As in mg-tiny_davis.
flow_pipeline = [
    dict(type='ResizeFlows', size=size),
    dict(type='SubtractBackgroundMotion'),
    dict(type='NormalizeFlows'),
    dict(type='ClipFlows', limit=1.5),
]
train_dataloader = dict(
    batch_size=4,
    sampler=dict(gap_sampling='pairs', num_gaps=2),
    dataset=dict(
        num_videos=64,
        num_frames=10,
        size=size,
        pipeline=[
            # The background takes ten times as long as the rendering.
            dict(
                type='CacheTransforms',
                transforms=[dict(type='RenderScene'), *flow_pipeline],
            ),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='RenderScene', gaps=(1, ), missing='opposite'),
            *flow_pipeline,
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

train_cfg = dict(max_iters=4000, val_interval=4000)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=200, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=200,
        end=4000,
        by_epoch=False,
    ),
]
