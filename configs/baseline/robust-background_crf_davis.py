"""Robust background motion with masks drawn to the edges of the image."""

_base_ = './robust-background_davis.py'

model = dict(
    postprocess=[
        dict(
            type='DenseCRF',
            size=240,  # the shorter side
            spatial_sigma=30.0,  # 60 at 480p
            num_iters=10,
        ),
    ],
)
