"""GWM with a U-Net, its segments merged by DINO's ViT-S/8 as in the release.

Only the test differs from gwm_unet_davis.py; the same checkpoints fit.
"""

_base_ = './gwm_unet_davis.py'

supervision = dict(encoder='self')

model = dict(
    postprocess=[
        dict(
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
        ),
        dict(type='BorderForeground', vote=True),
    ],
)
