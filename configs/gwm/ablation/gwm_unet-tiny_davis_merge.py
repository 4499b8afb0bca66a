"""The tiny U-Net with the paper's merging of regions: no flow at test.

Colours stand for the features of DINO, which need weights.
"""

_base_ = '../gwm_unet-tiny_davis.py'

model = dict(
    postprocess=[
        dict(type='SpectralMerge', features='color'),
        dict(type='BorderForeground', vote=True),
        _base_.model.postprocess[-1],
    ],
)
