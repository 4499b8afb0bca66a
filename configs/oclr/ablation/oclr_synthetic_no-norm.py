"""OCLR, no instance normalisation in the encoder: Table 1, row A."""

_base_ = '../oclr_synthetic.py'

model = dict(encoder=dict(norm=None, bias=True))
