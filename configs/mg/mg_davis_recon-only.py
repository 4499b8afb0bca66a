"""Motion Grouping with the reconstruction alone: Table 1, row G."""

_base_ = './mg_davis.py'

model = dict(loss_entropy=None, loss_consistency=None)
custom_hooks = []
