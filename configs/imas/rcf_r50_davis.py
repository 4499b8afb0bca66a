"""RCF with a ResNet-50, DAVIS 2016, all stages, as its code was released.

Stage 1 is that of rcf_r50_davis_stage1.py. In stage 2.1 a teacher's masks,
refined batch by batch, correct the object; in stage 2.2 labels that the
teacher has made once and normalised cuts have bounded.
"""

_base_ = './rcf_r50_davis_stage1.py'

model = dict(loss_appearance=dict(type='AppearanceLoss', loss_weight=10.0))
custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='TeacherLabelHook',
        begin=43200,
        end=47520,
        momentum=0.001,
        refine=[
            dict(
                type='DenseCRF',
                size='network',
                scale=0.7,
                normalization='after',
            ),
        ],
    ),
    dict(
        type='PseudoLabelHook',
        begin=47520,
        averaged=True,
        refine=[dict(type='DenseCRF', scale=0.7, normalization='after')],
        constraint=[
            dict(
                type='CutRefinement',
                num_steps=10,
                lr=0.45,
                features=_base_.custom_hooks[0]['features'],
                frame_size=(480, 856),
            ),
            dict(type='DenseCRF', scale=0.5, normalization='after'),
        ],
        dataset=dict(gaps=(), require_flow=False),
    ),
    dict(
        type='LossSwitchHook',
        loss='loss_appearance',
        steps=[
            (
                47520,
                dict(
                    type='AppearanceLoss',
                    threshold=0.35,
                    loss_weight=2.0,
                ),
            ),
        ],
    ),
    dict(
        type='LossWeightStepHook',
        losses=['loss_recon'],
        gamma=0.1,
        milestones=[47520],
    ),
    dict(
        type='LossWeightStepHook',
        losses=['loss_entropy'],
        gamma=0.0,
        milestones=[43200],
    ),
    dict(type='OptimizerRestartHook', begin=43200, lr_factor=0.1),
    dict(type='OptimizerRestartHook', begin=47520, lr_factor=0.1),
]

train_cfg = dict(max_iters=51840)
param_scheduler = [
    *_base_.param_scheduler,
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=1e-6,
        begin=43200,
        end=47520,
        by_epoch=False,
    ),
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=1e-6,
        begin=47520,
        end=51840,
        by_epoch=False,
    ),
]
