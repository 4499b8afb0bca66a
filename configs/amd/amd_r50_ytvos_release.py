"""AMD with a ResNet-50 on YouTube-VOS, data as in the released code.

No flips, and where a video ends it goes on backwards, so that its last frame
may be paired with itself.
"""

_base_ = './amd_r50_ytvos.py'

train_dataloader = dict(
    sampler=dict(mirror_ends=True),
    dataset=dict(
        pipeline=[
            dict(type='LoadFrames', gaps=None),
            dict(type='TransposePortrait'),
            dict(
                type='RandomResizeShortSide',
                short_side=400,
                ratio_range=(0.96, 1.0),
            ),
            dict(type='RandomCrop', size=(384, 384)),
            dict(type='PackMotionInputs'),
        ],
    ),
)
