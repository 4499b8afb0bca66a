"""Motion Grouping on DIS flow, which the toolbox makes by itself.

The row that Table 1 does not have; tools/extract_flow.py makes the flow.
"""

_base_ = './mg_davis.py'

supervision = dict(masks='none', flow='none', encoder='none')

train_dataloader = dict(
    dataset=dict(
        flow_estimator='dis',
        flow_layout='mmmotion',
        flow_resolution='',
    )
)
val_dataloader = dict(
    dataset=dict(
        flow_estimator='dis',
        flow_layout='mmmotion',
        flow_resolution='',
    )
)
test_dataloader = val_dataloader
