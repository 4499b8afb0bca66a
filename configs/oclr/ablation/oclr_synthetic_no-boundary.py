"""OCLR, no loss along the boundaries: Table 1, row E."""

_base_ = '../oclr_synthetic.py'

model = dict(loss_boundary=None)
