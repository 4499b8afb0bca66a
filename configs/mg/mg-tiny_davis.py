"""Motion Grouping with narrow parts on real video, on a CPU: DAVIS 2016.

What differs from the paper's recipe stands in README.md. Extract the flow
first:
tools/extract_flow.py configs/mg/mg-tiny_davis.py --size 240 427
"""

_base_ = [
    '../_base_/models/motion_grouping.py',
    '../_base_/datasets/davis2016.py',
    '../_base_/default_runtime.py',
]

supervision = dict(masks='none', flow='none', encoder='none')
size = (64, 112)
flow_estimator = dict(type='DISFlowEstimator', finest_scale=0)
flow_name = 'dis_240x427'

model = dict(
    encoder=dict(channels=(8, 16, 32, 64)),
    binding=dict(in_channels=64),
    decoder=dict(
        in_channels=64,
        channels=(16, 16, 16, 8),
        # It would take away what is the same all over, as a slot is.
        norm=None,
        uniform_images=True,
    ),
)

# The motion of the camera would be most of the picture, and a few wild
# vectors its brightest colours.
flow_pipeline = [
    dict(type='ResizeFlows', size=size),
    dict(type='SubtractBackgroundMotion'),
    dict(type='NormalizeFlows'),
    dict(type='ClipFlows', limit=1.5),
]
train_dataloader = dict(
    batch_size=4,
    num_workers=1,
    sampler=dict(gap_sampling='pairs', num_gaps=2),
    dataset=dict(
        _delete_=True,
        type='DAVIS2016',
        data_root='data/DAVIS',
        gaps=_base_.gaps,
        flow_estimator=flow_estimator,
        flow_name=flow_name,
        require_flow=True,
        pipeline=[
            dict(
                type='CacheTransforms',
                depends_on=['img_path', 'gaps'],
                transforms=[dict(type='LoadFlows'), *flow_pipeline],
            ),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        flow_estimator=flow_estimator,
        flow_name=flow_name,
        gaps=_base_.gaps,
        require_flow=True,
        pipeline=[
            dict(
                type='LoadFlows',
                gaps=(1, ),
                missing='nearest',
                negate_opposite=False,
            ),
            *flow_pipeline,
            dict(type='LoadMasks'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(oracle=('region', ))
test_evaluator = val_evaluator

train_cfg = dict(type='IterTrainLoop', max_iters=8000, val_interval=8000)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=1e-3),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=200, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=200,
        end=8000,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=4)
