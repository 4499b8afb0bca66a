"""Four iterations by motion, then four towards pseudo labels."""

_base_ = './channel_config.py'

model = dict(loss_appearance=dict(type='AppearanceLoss', loss_weight=10.0))
train_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='RenderScene'),
            dict(type='LoadPseudoMasks'),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = val_evaluator = val_cfg = None
custom_hooks = [
    dict(type='ObjectChannelHook', num_frames=5),
    dict(
        type='PseudoLabelHook',
        begin=4,
        refine=[
            dict(type='DenseCRF', size='network', scale=0.4, num_iters=2),
        ],
    ),
]
