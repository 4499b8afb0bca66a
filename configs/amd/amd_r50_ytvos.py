"""AMD with a ResNet-50 on YouTube-VOS, as in the paper.

Where the paper and its released code disagree, the line says which won;
amd_r50_ytvos_release.py follows the release in the data as well. Tested
image by image on DAVIS 2016, without adaptation.
"""

_base_ = ['../_base_/datasets/davis2016.py', '../_base_/default_runtime.py']

supervision = dict(masks='none', flow='none', encoder='none')

model = dict(
    type='AMD',
    encoder=dict(
        type='ResNetEncoder',
        depth=50,
        strides=(1, 2, 1, 1),  # paper: an eighth of the size
        dilations=(1, 1, 1, 2),  # release
        out_indices=(3, ),
        zero_init_residual=True,  # release
    ),
    head=dict(
        type='FCNHead',
        in_channels=2048,
        num_groups=5,  # paper: c = 5
        kernel_size=1,  # release; paper: 3
        num_convs=2,
        channels=256,
        dilation=6,  # release
        norm=dict(type='BN'),
        dropout_ratio=0.1,  # release
    ),
    motion_model=dict(
        type='SegmentFlow',
        input_size=(384, 640),  # release
        mask_source='source',  # both
    ),
    loss_recon=dict(
        type='PhotometricLoss',
        distances=[
            dict(type='L1Loss', loss_weight=0.15),  # release; paper: none
            dict(type='SSIMLoss', loss_weight=0.85),
        ],
        visibility='splat',  # release
        level_weights=(1.0, 1.0, 1.0, 1.0, 0.0),  # release
    ),
    postprocess=[dict(type='ObjectChannel')],
)
sync_bn = 'torch'  # paper
# The paper's object is the channel with the largest motion; the release has a
# fixed one.
custom_hooks = [dict(type='ObjectChannelHook', by='motion', num_frames=256)]

train_dataloader = dict(
    batch_size=2,  # paper: pairs on each of 8 GPUs
    sampler=dict(_delete_=True, type='FramePairSampler', max_step=1),
    dataset=dict(
        _delete_=True,
        type='YouTubeVOS',
        data_root='data/YouTubeVOS',
        gaps=(1, ),
        pipeline=[
            dict(type='LoadFrames', gaps=None),
            dict(type='TransposePortrait'),  # release
            dict(
                type='RandomResizeShortSide',
                short_side=400,
                ratio_range=(0.96, 1.0),  # release; paper: 400
            ),
            dict(type='RandomCrop', size=(384, 384)),
            dict(type='RandomFlip'),  # paper; release: none
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadMasks'),
            # The release; the paper has 400.
            dict(type='ResizeFrames', size=392, interpolation='bilinear'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader

train_cfg = dict(
    type='IterTrainLoop', max_iters=400000, val_interval=20000
)  # paper
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(
        type='Adam',
        lr=1e-4,  # paper
        betas=(0.9, 0.999),
        weight_decay=1e-6,  # paper
    ),
)
param_scheduler = [
    dict(
        type='PolyLR',
        power=0.9,  # release; paper: constant
        eta_min=1e-6,
        begin=0,
        end=400001,  # mmengine counts both ends
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=16)
default_hooks = dict(checkpoint=dict(interval=20000))
