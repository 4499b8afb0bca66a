"""PWC-lite and the losses of ARFlow before its augmented stage.

A config begins with the losses of the model and goes on with
``later_photometric``.
"""

model = dict(
    type='UnsupervisedFlow',
    # Not in ARFlow: without, matching is learned much later.
    network=dict(type='PWCLite', normalize_features=True),
    loss_photometric=dict(
        type='PhotometricLoss',
        distances=[
            dict(type='L1Loss', loss_weight=0.15),
            dict(type='SSIMLoss', loss_weight=0.85),
        ],
        visibility='splat',
    ),
    # 50 as on Sintel; 75 of second order on the streets of KITTI.
    loss_smooth=dict(type='FlowSmoothnessLoss', order=1, loss_weight=50.0),
    data_preprocessor=dict(mean=(0, 0, 0), std=(255, 255, 255)),
)
later_photometric = dict(
    type='PhotometricLoss',
    distances=[dict(type='CensusLoss')],
    visibility='bidirectional',
)
