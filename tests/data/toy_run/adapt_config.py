"""A test with adaptation to three synthetic videos of four frames."""

_base_ = './toy_config.py'

scenes = dict(
    _delete_=True,
    type='SyntheticMotion',
    num_videos=3,
    num_frames=4,
    size=(32, 48),
    gaps=(1, -1),
    serialize_data=False,  # it collects garbage, which takes longer
)
model = dict(
    _delete_=True,
    type='GWM',
    encoder=dict(type='UNetEncoder', base_channels=4, num_stages=2),
    head=dict(type='FCNHead', in_channels=4, num_groups=3),
    motion_model=dict(type='AffineMotion'),
    loss_recon=dict(type='FlowReconstructionLoss', loss_weight=1.0),
    postprocess=[dict(type='BorderForeground', vote=True)],
)
train_dataloader = dict(
    batch_size=2,
    dataset=dict(
        **scenes,
        split='train',
        pipeline=[
            dict(type='RenderScene'),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = dict(
    batch_size=3,
    sampler=dict(_delete_=True, type='VideoShardSampler'),
    dataset=dict(
        **scenes,
        split='val',
        test_mode=True,
        pipeline=[
            dict(type='RenderScene', gaps=()),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = val_evaluator = val_cfg = None
test_evaluator = dict(type='VideoSegmentationMetric')
test_cfg = dict(
    type='AdaptLoop',
    num_steps=3,
    train_dataloader=dict(dataset=dict(split='val')),
)
