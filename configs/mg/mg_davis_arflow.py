"""Motion Grouping on the flow of ARFlow: Table 1, row C.

Its files lie in the released layout below data/DAVIS/arflow.
"""

_base_ = './mg_davis.py'

# ARFlow learns from videos without true flow.
supervision = dict(masks='none', flow='none', encoder='none')

train_dataloader = dict(dataset=dict(data_prefix=dict(flow='arflow')))
val_dataloader = dict(dataset=dict(data_prefix=dict(flow='arflow')))
test_dataloader = val_dataloader
