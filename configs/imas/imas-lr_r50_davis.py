"""IMAS-LR: the labels of stage 2 are not bounded by semantics. Table 3."""

_base_ = './imas_r50_davis.py'

custom_hooks = [
    _base_.custom_hooks[0],
    dict(
        type='PseudoLabelHook',
        begin=43200,
        refine=[dict(type='DenseCRF', scale=0.7, normalization='after')],
        dataset=dict(gaps=(), require_flow=False),
    ),
    *_base_.custom_hooks[2:],
]
