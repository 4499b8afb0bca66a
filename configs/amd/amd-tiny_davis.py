"""AMD with the first half of a ResNet-18 on real video, on a CPU: DAVIS 2016.

Trains on the frames of the tested videos, without any label or flow. What
differs from the paper's recipe stands in README.md.
"""

_base_ = './amd_r18-small_synthetic.py'

size = (96, 168)

model = dict(head=dict(num_groups=5))

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='DAVIS2016',
        data_root='data/DAVIS',
        gaps=(1, 2, -1, -2),
        pipeline=[
            dict(
                type='CacheTransforms',
                depends_on=['img_path', 'gaps'],
                transforms=[
                    dict(type='LoadFrames', gaps=None),
                    dict(type='ResizeFrames', size=size, interpolation='area'),
                ],
            ),
            dict(type='RandomFlip'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=8,
    dataset=dict(
        _delete_=True,
        type='DAVIS2016',
        data_root='data/DAVIS',
        split='val',
        test_mode=True,
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadMasks'),
            dict(type='ResizeFrames', size=size, interpolation='area'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(oracle=('region', 'channel'))
test_evaluator = val_evaluator

train_cfg = dict(max_iters=1600, val_interval=1600)
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, begin=0, end=50, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        eta_min=1e-5,
        begin=50,
        end=1600,
        by_epoch=False,
    ),
]
