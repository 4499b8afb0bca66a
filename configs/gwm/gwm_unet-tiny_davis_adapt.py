"""GWM with a small U-Net adapted to every unseen video, on a CPU: DAVIS 2016.

Trained on the training split alone, then 20 steps at the base rate on each
video of the evaluation, see gwm_vit8_davis_adapt.py.
"""

_base_ = './gwm_unet-tiny_davis.py'

train_dataloader = dict(dataset=dict(split='train'))
test_cfg = dict(
    type='AdaptLoop',
    num_steps=20,
    train_dataloader=dict(
        num_workers=0,
        persistent_workers=False,
        dataset=dict(split='val'),
    ),
)
