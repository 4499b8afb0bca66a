"""The residual pathway on GWM's parts: U-Net and quadratic motion, DAVIS 2016.

A recombination of ours: the network of gwm_unet_davis.py, from random
weights, and its motion model, wrapped in the residual of imas_r50_davis.py.
"""

_base_ = './imas_r50_davis_stage1.py'

supervision = dict(encoder='none')

model = dict(
    encoder=dict(_delete_=True, type='UNetEncoder', base_channels=64),
    head=dict(
        _delete_=True,
        type='FCNHead',
        in_channels=64,
    ),
    motion_model=dict(
        base=dict(type='QuadraticMotion', pooling_channels=None),
        # The map at a quarter of the size.
        head=dict(in_channels=256, in_index=2),
    ),
)
# Without weights of others: alignment of the colours of the frames.
custom_hooks = [
    dict(
        type='ObjectChannelHook',
        by='alignment',
        frames='first',
        dataloader='val_dataloader',
    ),
]
