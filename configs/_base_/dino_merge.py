"""Merging of segments by DINO's ViT-S/8, whatever the encoder is."""

dino_merge = dict(
    type='SpectralMerge',
    features=dict(
        type='ViTEncoder',
        patch_size=8,
        patch_stride=4,
        embed_dims=384,  # release, for videos; paper: ViT-B
        num_heads=6,
        out_type='keys',
        init_cfg=dict(
            type='Pretrained',
            checkpoint='checkpoints/dino_deitsmall8_pretrain.pth',
            url='https://dl.fbaipublicfiles.com/dino/'
            'dino_deitsmall8_pretrain/dino_deitsmall8_pretrain.pth',
        ),
    ),
)
