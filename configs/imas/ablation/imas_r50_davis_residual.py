"""IMAS with the residual, without merged features: Tables 3 and 4."""

_base_ = '../imas_r50_davis_stage1.py'

model = dict(head=dict(in_channels=2048, in_index=3))
