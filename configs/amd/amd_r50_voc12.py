"""AMD's appearance pathway fine-tuned to the classes of PASCAL VOC 2012.

The experiment on transfer of the paper: not a method without labels, but a
measure of what one has learned. The encoder and the head of a checkpoint of
amd_r50_ytvos.py (the log says what was taken) and a new classifier are
trained on the augmented training set. --cfg-options model.init_cfg=None
trains from random weights. What the paper leaves open is our choice.
"""

_base_ = '../_base_/default_runtime.py'

# Labels of VOC 2012 and SBD; AMD's weights are those of video alone.
supervision = dict(masks='labels', flow='none', encoder='self')

model = dict(
    type='SemanticSegmentor',
    encoder=dict(
        type='ResNetEncoder',
        depth=50,
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 1, 2),
        out_indices=(3, ),
        zero_init_residual=True,
    ),
    head=dict(
        type='FCNHead',
        in_channels=2048,
        num_groups=21,
        num_convs=2,
        channels=256,
        dilation=6,
        norm=dict(type='BN'),
        dropout_ratio=0.1,
    ),
    loss_label=dict(type='LabelCrossEntropyLoss'),
    init_cfg=dict(
        type='Pretrained',
        checkpoint='work_dirs/amd_r50_ytvos/iter_400000.pth',
    ),
)
sync_bn = 'torch'  # ours; the paper does not say

data_root = 'data/VOCdevkit/VOC2012'
load_labelled = [
    dict(type='LoadFrames'),
    dict(type='LoadLabelMap', num_classes=21),
]
train_dataloader = dict(
    batch_size=16,  # paper, over all GPUs: 2 on each of 8
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='VideoSampler'),  # every image is a video of its own
    dataset=dict(
        type='VOC2012',
        data_root=data_root,
        split='train_aug',  # paper
        pipeline=[
            *load_labelled,
            dict(type='PhotometricDistortion'),  # ours, as the next three
            dict(
                type='RandomResizeShortSide',
                short_side=None,
                ratio_range=(0.5, 2.0),
            ),
            # The mean colour of ImageNet, 0 once it is normalised.
            dict(type='RandomCrop', size=(512, 512), fill=(124, 116, 104)),
            dict(type='RandomFlip', prob=0.5),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    batch_size=1,  # whole images, each of a size of its own
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='VideoShardSampler'),
    dataset=dict(
        type='VOC2012',
        data_root=data_root,
        split='val',
        test_mode=True,
        pipeline=[*load_labelled,
                  dict(type='PackMotionInputs')],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='MeanIoUMetric')
test_evaluator = val_evaluator

train_cfg = dict(
    type='IterTrainLoop',
    max_iters=40000,  # paper
    val_interval=4000,
)
val_cfg = dict(type='VideoValLoop')
test_cfg = dict(type='VideoTestLoop')

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(
        type='SGD',
        lr=0.01,  # paper
        momentum=0.9,  # ours
        weight_decay=5e-4,  # ours
    ),
)
param_scheduler = [
    dict(
        type='PolyLR',
        power=0.9,  # paper
        eta_min=1e-4,  # ours
        begin=0,
        end=40000,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=16)
default_hooks = dict(checkpoint=dict(interval=4000))
