"""IMAS without residual, with a robust loss instead: Table 4."""

_base_ = './imas_r50_davis_none.py'

model = dict(loss_recon=dict(norm='robust'))
