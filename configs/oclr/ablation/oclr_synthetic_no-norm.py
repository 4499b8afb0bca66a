"""OCLR, no instance normalisation in the encoder: Table 1, row A."""

_base_ = '../oclr_synthetic.py'

# The norm would take a bias out again; without it convolutions have one.
model = dict(encoder=dict(norm=None, bias=True))
