"""OCLR with narrow parts on the synthetic world, on a CPU.

What differs from the paper's recipe stands in README.md.
"""

_base_ = [
    '../_base_/models/layered_representation.py',
    '../_base_/datasets/synthetic_layers.py',
    '../_base_/default_runtime.py',
]

# The whole shapes of the objects of synthetic scenes are known.
supervision = dict(masks='synthetic', flow='none', encoder='none')
size = (64, 112)
widths = (16, 32, 64, 128)

model = dict(
    encoder=dict(channels=widths),
    binding=dict(
        in_channels=128,
        num_encoder_layers=2,
        num_decoder_layers=2,
        num_heads=4,
        mlp_channels=128,
        dropout=0.0,
    ),
    decoder=dict(in_channels=widths, num_heads=4),
    order_head=dict(in_channels=128),
    # Else the queries stop to tell layers apart, see README.md.
    loss_coarse=dict(type='CoarseLayerLoss', loss_weight=1.0),
    clip_length=10,
    clip_overlap=4,
)

world = dict(
    object_size=(0.08, 0.45),
    # In pixels of frames that are 280 wide.
    relative_speed=(0.0, 6.0),
    camera_speed=3.0,
    # Clips are short.
    camera_sway=6.0,
    camera_zoom=0.1,
    growth=0.3,
    perspective=0.1,
    num_corners=(3, 9),
    rest=0.2,
    # What real video is full of: things at other depths than the rest.
    num_static=2,
    occluders=0.5,
    parallax=1.0,
)
# The motion of the camera would be most of what there is to see.
flow_pipeline = [
    dict(type='ResizeFlows', size=size),
    dict(type='SubtractBackgroundMotion'),
    dict(type='NormalizeFlows'),
    dict(type='ClipFlows', limit=3.0),
]
scene_pipeline = [
    dict(
        type='RenderScene',
        gaps=(),
        frame_gaps=(1, -1),
        missing='opposite',
        cache_size=64,
    ),
    dict(
        type='EstimateFlows',
        estimator=dict(type='DISFlowEstimator', finest_scale=0),
        missing='opposite',
    ),
    dict(type='RemoveKeys', keys=['frames', 'frame_gaps']),
    *flow_pipeline,
]
train_dataloader = dict(
    batch_size=2,  # clips
    dataset=dict(
        num_videos=240,
        num_frames=16,
        size=(160, 280),
        clip_length=10,
        world=world,
        pipeline=[
            dict(
                type='TransformClip',
                transforms=[
                    # A frame takes longer than the training step on it.
                    dict(
                        type='CacheTransforms',
                        depends_on=['video_id', 'frame_id'],
                        transforms=scene_pipeline,
                        max_megabytes=2000.0,
                    ),
                ],
            ),
            dict(type='RandomFlip'),
            dict(type='RandomFlip', direction='vertical'),
            dict(type='RandomReverse'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        num_videos=30,
        num_frames=10,
        size=(160, 280),
        world=world,
        pipeline=[*scene_pipeline,
                  dict(type='PackMotionInputs')],
    ),
)
test_dataloader = val_dataloader
val_evaluator = [
    dict(type='LayerMetric'),
    dict(type='VideoSegmentationMetric'),
]
test_evaluator = val_evaluator

train_cfg = dict(type='IterTrainLoop', max_iters=2000, val_interval=1000)
optim_wrapper = dict(
    # Faster where the CPU has instructions for bfloat16.
    type='AutocastOptimWrapper',
    only_if_fast=True,
    optimizer=dict(type='Adam', lr=1e-3),
    # So does attention at the full rate.
    paramwise_cfg=dict(custom_keys={'binding': dict(lr_mult=0.3)}),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=100, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=100,
        end=2000,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=2)
