"""YouTube-VOS, all frames: pairs of 384 x 384; DAVIS 2016 for validation.

For 8 GPUs, that is, 16 pairs a step.
"""

_base_ = '../evaluation.py'

train_dataloader = dict(
    batch_size=2,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='FramePairSampler', max_step=1),
    dataset=dict(
        type='YouTubeVOS',
        data_root='data/YouTubeVOS',
        gaps=(1, ),
        pipeline=[
            dict(type='LoadFrames', gaps=None),
            dict(type='TransposePortrait'),
            dict(
                type='RandomResizeShortSide',
                short_side=400,
                ratio_range=(0.96, 1.0),
            ),
            dict(type='RandomCrop', size=(384, 384)),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackMotionInputs'),
        ],
    ),
)

val_dataloader = dict(
    batch_size=1,  # videos differ in width
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoShardSampler'),
    dataset=dict(
        type='DAVIS2016',
        data_root='data/DAVIS',
        split='val',
        test_mode=True,
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadMasks'),
            # 0.98 x 400, the mean of what training sees.
            dict(type='ResizeFrames', size=392, interpolation='bilinear'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
