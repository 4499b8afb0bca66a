"""RCF with a ResNet-50, DAVIS 2016, stage 1, as its code was released."""

_base_ = './imas_r50_davis_stage1.py'

model = dict(
    loss_entropy=dict(type='EntropyLoss', softened=True, loss_weight=0.05),
    postprocess=[dict(type='ObjectChannel')],
)
custom_hooks = [
    dict(
        type='ObjectChannelHook',
        by='alignment',
        score='cut',
        frames='first',
        dataloader='val_dataloader',
        frame_size=(480, 856),  # whole patches
        features=dict(
            type='ViTEncoder',
            patch_size=8,
            embed_dims=384,
            num_heads=6,
            out_type='keys',
            frozen_stages='all',
            init_cfg=dict(
                type='Pretrained',
                checkpoint='checkpoints/dino_deitsmall8_pretrain.pth',
                url='https://dl.fbaipublicfiles.com/dino/'
                'dino_deitsmall8_pretrain/dino_deitsmall8_pretrain.pth',
            ),
        ),
    ),
]
val_evaluator = dict(threshold=0.35)
test_evaluator = val_evaluator
