"""FBMS-59: flow at 128 x 224, as Motion Grouping uses it.

Trained on all videos, evaluated on the annotated frames of the test videos.
"""

_base_ = './segtrackv2.py'

data_root = 'data/FBMS59'
gaps = (3, 6, -3, -6)

train_dataloader = dict(
    dataset=dict(type='FBMS59', data_root=data_root, gaps=gaps),
)
val_dataloader = dict(
    dataset=dict(
        type='FBMS59',
        data_root=data_root,
        split='test',
        require_mask=True,
        gaps=gaps,
        pipeline=[
            dict(
                type='LoadFlows',
                gaps=(3, ),
                missing='nearest',
                negate_opposite=False,
            ),
            dict(type='LoadMasks'),
            dict(type='ResizeFlows', size=(128, 224)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
