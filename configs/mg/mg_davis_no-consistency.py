"""Motion Grouping without agreement between flows: Table 1, row I."""

_base_ = './mg_davis.py'

model = dict(loss_consistency=None)
custom_hooks = [
    dict(
        type='LossWeightStepHook',
        losses=['loss_entropy'],
        gamma=5.0,
        every=80000,
    ),
]
