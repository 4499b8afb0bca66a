"""AMD with the first half of a ResNet-18, on one video of one's own, on a CPU.

Of the recipe for DAVIS only the number of iterations differs.
"""

_base_ = './amd-tiny_davis.py'

train_dataloader = dict(
    dataset=dict(type='VideoSegDataset', data_root='data/mine')
)
test_dataloader = dict(
    batch_size=8,
    dataset=dict(
        _delete_=True,
        type='VideoSegDataset',
        data_root='data/mine',
        test_mode=True,
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='ResizeFrames', size=_base_.size, interpolation='area'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = None
val_cfg = None
val_evaluator = None

train_cfg = dict(max_iters=400)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=20, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=20,
        end=400,
        by_epoch=False,
    ),
]
