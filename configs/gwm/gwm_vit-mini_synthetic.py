"""GWM with a small ViT and the query head on the synthetic world, on a CPU.

The encoder starts from random weights and is trained.
"""

_base_ = './gwm_unet_synthetic.py'

model = dict(
    encoder=dict(
        _delete_=True,
        type='ViTEncoder',
        patch_size=8,
        patch_stride=4,
        embed_dims=64,
        depth=4,
        num_heads=4,
        img_size=112,
        out_type='tokens',
        out_indices=(0, 1, 2, 3),
    ),
    head=dict(
        _delete_=True,
        type='MaskFormerHead',
        in_channels=(64, 64, 64, 64),
        num_groups=4,
        channels=64,
        pixel_decoder=dict(num_upsamplings=2),
        binding=dict(num_layers=2, mlp_channels=128),
    ),
    size_divisor=32,
)
