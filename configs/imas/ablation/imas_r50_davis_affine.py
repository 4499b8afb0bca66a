"""IMAS with affine motion in the place of the residual: Table 4."""

_base_ = './imas_r50_davis_none.py'

model = dict(motion_model=dict(type='AffineMotion'))
