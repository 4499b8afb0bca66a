"""IMAS with merged features, without the residual: Table 3."""

_base_ = '../imas_r50_davis_stage1.py'

model = dict(
    motion_model=dict(
        _delete_=True,
        type='ConstantMotion',
        weighting='linear',
        pooling_channels=64,
    ),
)
