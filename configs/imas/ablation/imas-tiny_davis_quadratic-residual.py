"""Quadratic motion and residual on real video, on a CPU: DAVIS 2016."""

_base_ = '../imas-tiny_davis.py'

model = dict(motion_model=dict(base=dict(type='QuadraticMotion')))
