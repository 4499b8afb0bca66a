"""AMD with 8 regions instead of 5: Section 4.4 of the paper."""

_base_ = './amd_r50_ytvos.py'

model = dict(head=dict(num_groups=8))
