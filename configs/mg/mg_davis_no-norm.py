"""Motion Grouping without instance normalisation: Table 1, row F."""

_base_ = './mg_davis.py'

model = dict(encoder=dict(norm=None), decoder=dict(norm=None))
