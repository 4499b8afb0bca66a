"""GWM with a U-Net, its segments merged by DINO's ViT-S/8 as in the release.

Only the test differs from gwm_unet_davis.py; the same checkpoints fit.
"""

_base_ = ['./gwm_unet_davis.py', '../_base_/dino_merge.py']

supervision = dict(encoder='self')

model = dict(
    postprocess=[
        _base_.dino_merge,
        dict(type='BorderForeground', vote=True),
    ],
)
