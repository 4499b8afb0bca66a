"""Stage 2 of quadratic motion and residual on real video, on a CPU."""

_base_ = '../imas-tiny_davis_stage2.py'

model = dict(motion_model=dict(base=dict(type='QuadraticMotion')))
load_from = 'work_dirs/imas-tiny_davis_quadratic-residual/iter_3000.pth'
