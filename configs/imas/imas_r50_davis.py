"""IMAS with a ResNet-50, DAVIS 2016: both stages in one run.

Stage 1 is that of imas_r50_davis_stage1.py. Then the object channel is
chosen, all training frames are labelled, and 200 iterations correct the object
towards the labels. What the paper lost is taken from the release of RCF. From
random weights, custom_hooks.1.constraint.0.features.init_cfg=None goes with
the options of stage 1.
"""

_base_ = './imas_r50_davis_stage1.py'

model = dict(
    loss_appearance=dict(
        type='AppearanceLoss',
        threshold=0.35,  # release
        loss_weight=2.0,  # release
    ),
)
custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='PseudoLabelHook',
        begin=43200,
        # Eq. 7; the parameters are those of the release.
        refine=[dict(type='DenseCRF', scale=0.7, normalization='after')],
        constraint=[
            # Eq. 10-12; the threshold is lost.
            dict(
                type='SemanticExtent',
                threshold=0.5,
                dilation=3,
                features=_base_.custom_hooks[0]['features'],
                frame_size=(480, 854),
            ),
        ],
        dataset=dict(gaps=(), require_flow=False),
    ),
    dict(
        type='LossWeightStepHook',
        losses=['loss_recon'],
        gamma=0.1,  # release
        milestones=[43200],
    ),
    dict(type='OptimizerRestartHook', begin=43200, lr_factor=0.1),  # release
]

train_cfg = dict(max_iters=43400)  # Section 4.2: about 200 iterations more
param_scheduler = [
    *_base_.param_scheduler,
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=1e-6,
        begin=43200,
        end=43400,
        by_epoch=False,
    ),
]
