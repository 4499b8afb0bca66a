"""AMD with 8 regions instead of 5, as in a table of the paper."""

_base_ = './amd_r50_ytvos.py'

model = dict(head=dict(num_groups=8))
