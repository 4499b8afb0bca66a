"""Motion Grouping, no instance norm, three iterations: Table 1, row E."""

_base_ = './mg_davis_no-norm.py'

model = dict(binding=dict(num_iters=3))
