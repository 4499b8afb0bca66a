"""OCLR of oclr-small_synthetic on DAVIS, masks drawn to the edges of images.

The network sees flow alone; a dense CRF sees the frames.
"""

_base_ = './oclr-small_davis.py'

model = dict(
    postprocess=[
        dict(type='ForegroundObjects', keep='union'),
        dict(
            type='DenseCRF',
            size=240,  # the shorter side
            spatial_sigma=30.0,  # 60 at 480p
            num_iters=10,
        ),
    ],
)
test_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadFrames'),
            *_base_.test_dataloader.dataset.pipeline,
        ],
    ),
)
