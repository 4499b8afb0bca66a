"""OCLR on the synthetic world: the recipe of the paper.

Scenes are rendered while the network trains, and the flow is estimated
between their frames, by DIS where the paper has RAFT; see README.md.
"""

_base_ = [
    '../_base_/models/layered_representation.py',
    '../_base_/datasets/synthetic_layers.py',
    '../_base_/default_runtime.py',
]

# The whole shapes of the objects of synthetic scenes are known.
supervision = dict(masks='synthetic', flow='none', encoder='none')

flow_pipeline = [
    dict(
        type='RenderScene',
        gaps=(),
        frame_gaps=(1, -1),
        missing='opposite',
        cache_size=64,
    ),
    dict(
        type='EstimateFlows',
        estimator=dict(type='DISFlowEstimator'),
        missing='opposite',
    ),
    dict(type='RemoveKeys', keys=['frames', 'frame_gaps']),
    dict(type='ResizeFlows', size=(128, 224)),
]
train_dataloader = dict(
    batch_size=2,  # clips
    num_workers=8,
    dataset=dict(
        clip_length=30,
        pipeline=[
            dict(type='TransformClip', transforms=flow_pipeline),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    num_workers=4,
    dataset=dict(
        pipeline=[*flow_pipeline,
                  dict(type='PackMotionInputs')],
    ),
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='LayerMetric'),
    dict(type='VideoSegmentationMetric', average='frame'),
]
test_evaluator = val_evaluator

# Release; the paper gives no total.
train_cfg = dict(type='IterTrainLoop', max_iters=600000, val_interval=20000)
default_hooks = dict(checkpoint=dict(interval=20000))
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=5e-5),
    clip_grad=dict(type='value', clip_value=5),
)
param_scheduler = [
    # Paper; the release takes its first two steps at the full rate.
    dict(
        type='LinearLR',
        start_factor=1e-6,
        begin=0,
        end=40001,
        by_epoch=False,
    ),
    dict(
        type='MultiStepLR',
        milestones=[80000, 160000, 240000, 320000, 400000, 480000, 560000],
        gamma=0.5,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=2)
