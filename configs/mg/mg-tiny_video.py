"""Motion Grouping with narrow parts, on one video of one's own, on a CPU.

Of the recipe for DAVIS only the number of iterations differs.
"""

_base_ = './mg-tiny_davis.py'

train_dataloader = dict(
    dataset=dict(type='VideoSegDataset', data_root='data/mine')
)
test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='VideoSegDataset',
        data_root='data/mine',
        flow_estimator=_base_.flow_estimator,
        flow_name=_base_.flow_name,
        gaps=_base_.gaps,
        require_flow=True,
        test_mode=True,
        pipeline=[
            dict(
                type='LoadFlows',
                gaps=(1, ),
                missing='nearest',
                negate_opposite=False,
            ),
            *_base_.flow_pipeline,
            dict(type='PackMotionInputs'),
        ],
    )
)
val_dataloader = None
val_cfg = None
val_evaluator = None

train_cfg = dict(max_iters=1500)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=50, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=50,
        end=1500,
        by_epoch=False,
    ),
]
