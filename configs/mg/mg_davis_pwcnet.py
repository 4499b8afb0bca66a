"""Motion Grouping on the flow of PWC-Net: Table 1, row A.

Its files lie in the released layout below data/DAVIS/pwcnet.
"""

_base_ = './mg_davis.py'

train_dataloader = dict(dataset=dict(data_prefix=dict(flow='pwcnet')))
val_dataloader = dict(dataset=dict(data_prefix=dict(flow='pwcnet')))
test_dataloader = val_dataloader
