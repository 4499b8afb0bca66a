"""MoCA: flow at 128 x 224 and boxes, as Motion Grouping uses them."""

_base_ = './segtrackv2.py'

data_root = 'data/MoCA'

train_dataloader = dict(
    dataset=dict(
        type='MoCA', data_root=data_root, data_prefix=dict(mask=None)
    ),
)
val_dataloader = dict(
    dataset=dict(
        type='MoCA',
        data_root=data_root,
        data_prefix=dict(mask=None),
        pipeline=[
            dict(
                type='LoadFlows',
                gaps=(1, ),
                missing='nearest',
                negate_opposite=False,
            ),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_evaluator = dict(
    _delete_=True,
    type='VideoBoxMetric',
    frames='but_last',
    threshold=0.1,
    region='box',
)
test_dataloader = val_dataloader
test_evaluator = val_evaluator
