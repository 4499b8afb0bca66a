"""The synthetic layered world: no file is needed."""

_base_ = '../evaluation.py'

train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='VideoSampler', gap_sampling='uniform'),
    dataset=dict(
        type='SyntheticMotion',
        split='train',
        num_videos=256,
        num_frames=30,
        size=(128, 224),
        num_objects=(1, 3),
        gaps=(1, 2, -1, -2),
        pipeline=[
            dict(type='RenderScene'),
            dict(type='PackMotionInputs'),
        ],
    ),
)

val_dataloader = dict(
    batch_size=8,
    num_workers=1,
    persistent_workers=True,
    sampler=dict(type='VideoShardSampler'),
    dataset=dict(
        type='SyntheticMotion',
        split='val',
        num_videos=20,
        num_frames=10,
        size=(128, 224),
        num_objects=(1, 3),
        gaps=(1, -1),
        test_mode=True,
        pipeline=[
            dict(type='RenderScene', gaps=(1, -1), missing='opposite'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
