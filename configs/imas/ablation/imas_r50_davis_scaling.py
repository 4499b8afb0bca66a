"""IMAS with a factor per pixel in the place of the residual: Table 4."""

_base_ = './imas_r50_davis_residual.py'

model = dict(motion_model=dict(mode='scale'))
