"""Stage 2 of quadratic motion without residual on real video, on a CPU."""

_base_ = '../imas-tiny_davis_stage2.py'

model = dict(
    motion_model=dict(
        _delete_=True, type='QuadraticMotion', weighting='linear'
    ),
)
load_from = 'work_dirs/imas-tiny_davis_quadratic/iter_3000.pth'
