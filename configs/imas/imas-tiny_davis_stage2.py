"""Stage 2 of IMAS with a small U-Net, on a CPU: DAVIS 2016.

From the weights of imas-tiny_davis.py; name others with --cfg-options
load_from=CHECKPOINT. Nothing bounds the labels: neither colours nor features
that were learned from motion alone tell what belongs to an object.
"""

_base_ = './imas-tiny_davis.py'

model = dict(
    loss_recon=dict(loss_weight=0.1),
    loss_appearance=dict(
        type='AppearanceLoss', threshold=0.35, loss_weight=2.0
    ),
)
load_from = 'work_dirs/imas-tiny_davis/iter_3000.pth'

custom_hooks = [
    *_base_.custom_hooks[1:],  # frames have their full size
    dict(
        type='PseudoLabelHook',
        begin=0,
        refine=[
            dict(
                type='DenseCRF',
                size=120,
                spatial_sigma=15.0,  # 60 at 480p
                scale=0.7,
                num_iters=10,
                normalization='after',
            ),
        ],
    ),
]
train_cfg = dict(max_iters=300, val_interval=300)
optim_wrapper = dict(optimizer=dict(lr=7e-5))
param_scheduler = [
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=1e-6,
        begin=0,
        end=300,
        by_epoch=False,
    ),
]
