"""IMAS without residual and without merged features: Tables 3 and 4."""

_base_ = '../imas_r50_davis_stage1.py'

model = dict(
    head=dict(in_channels=2048, in_index=3),
    motion_model=dict(
        _delete_=True,
        type='ConstantMotion',
        weighting='linear',
        pooling_channels=64,
    ),
)
