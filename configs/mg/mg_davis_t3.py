"""Motion Grouping, three iterations of the binding: Table 1, row D."""

_base_ = './mg_davis.py'

model = dict(binding=dict(num_iters=3))
