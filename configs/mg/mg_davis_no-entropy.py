"""Motion Grouping without the entropy of the masks: Table 1, row H."""

_base_ = './mg_davis.py'

model = dict(loss_entropy=None)
custom_hooks = [
    dict(
        type='LossWeightStepHook',
        losses=['loss_consistency'],
        gamma=5.0,
        every=80000,
    ),
]
