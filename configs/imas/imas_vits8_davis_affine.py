"""The residual pathway on DINO's ViT-S/8 and affine motion, DAVIS 2016.

A recombination of ours: the frozen keys of DINO in the place of a ResNet-50
that is trained; the alignment that finds the object compares them as well.
"""

_base_ = './imas_r50_davis_stage1.py'

dino = dict(
    type='Pretrained',
    checkpoint='checkpoints/dino_deitsmall8_pretrain.pth',
    url='https://dl.fbaipublicfiles.com/dino/dino_deitsmall8_pretrain/'
    'dino_deitsmall8_pretrain.pth',
)
model = dict(
    encoder=dict(
        _delete_=True,
        type='ViTEncoder',
        patch_size=8,
        embed_dims=384,
        num_heads=6,
        out_type='keys',
        out_indices=(5, 11),
        frozen_stages='all',
        init_cfg=dino,
    ),
    head=dict(in_channels=(384, 384), in_index=(0, 1)),
    motion_model=dict(
        base=dict(type='AffineMotion'),
        head=dict(in_channels=384),
    ),
)
custom_hooks = [
    dict(
        type='ObjectChannelHook',
        by='alignment',
        frames='first',
        dataloader='val_dataloader',
        features='segmentor',
    ),
]
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadMasks'),
            # Whole patches.
            dict(
                type='ResizeFrames', size=(392, 696), interpolation='bilinear'
            ),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
