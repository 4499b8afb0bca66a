"""IMAS with a ResNet-50, DAVIS 2016, stage 1.

Where the paper and the released code of its successor RCF disagree, or the
paper does not say, the line says which won. The paper's flow is RAFT's on
frames of 480p: put its files into the released layout
(data/DAVIS/Flows_NewCT/480p/<video>/<second frame>.npy and
BackwardFlows_NewCT). Without the encoder's file, which chooses the object's
channel as well, --cfg-options model.encoder.init_cfg=None
custom_hooks.0.features.init_cfg=None trains from random weights.
"""

_base_ = ['../_base_/datasets/davis2016.py', '../_base_/default_runtime.py']

# Flow weights trained on FlyingChairs and FlyingThings; DenseCL's on ImageNet.
supervision = dict(masks='none', flow='synthetic', encoder='self')

model = dict(
    type='IMAS',
    encoder=dict(
        type='ResNetEncoder',
        depth=50,
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4),  # release
        contract_dilation=True,  # release
        init_cfg=dict(
            type='Pretrained',
            checkpoint='checkpoints/densecl_r50_imagenet_200ep.pth',
            url='https://github.com/WXinlong/DenseCL',
        ),
    ),
    head=dict(
        type='FCNHead',
        in_channels=(256, 2048),
        in_index=(0, 3),  # release and text; the supplement: (0, 2)
        num_convs=2,  # release; paper: three
        channels=256,
        dilation=6,  # release
        norm=dict(type='BN'),
        dropout_ratio=0.1,  # release
    ),
    num_groups=4,  # both
    motion_model=dict(
        type='ResidualMotion',
        base=dict(
            type='ConstantMotion',
            weighting='linear',  # Eq. 1
            pooling_channels=64,  # release
        ),
        head=dict(
            type='PairHead',
            in_channels=2048,
            num_convs=2,
            channels=256,
            dilation=6,
            norm=dict(type='BN'),
            dropout_ratio=0.1,
        ),
        bound=10.0,  # release; lost in the paper
        softness=10.0,  # release; paper: none
    ),
    loss_recon=dict(type='FlowReconstructionLoss', norm='l1', loss_weight=1.0),
    rescale_flow=False,  # release
    max_flow=20.0,  # release
    postprocess=[dict(type='ObjectChannel', decide='argmax')],
)
sync_bn = 'torch'  # release
custom_hooks = [
    # Section 3.4: the features of DenseCL; tau is lost.
    dict(
        type='ObjectChannelHook',
        by='alignment',
        score='overlap',
        threshold=0.5,
        frames='first',
        dataloader='val_dataloader',
        frame_size=(480, 854),
        features=dict(
            type='ResNetEncoder',
            depth=50,
            out_indices=(3, ),
            frozen_stages='all',
            init_cfg=dict(
                type='Pretrained',
                checkpoint='checkpoints/densecl_r50_imagenet_200ep.pth',
                url='https://github.com/WXinlong/DenseCL',
            ),
        ),
    ),
]

train_dataloader = dict(
    batch_size=8,  # release: pairs on each of 2 GPUs
    sampler=dict(_delete_=True, type='FramePairSampler', each='frame'),
    dataset=dict(
        gaps=(1, -1),
        flow_estimator=None,
        flow_layout='rcf',
        flow_resolution='480p',
        pipeline=[
            dict(type='LoadFrames', gaps=None),
            dict(type='LoadFlows', both_ways=True),
            dict(type='LoadPseudoMasks'),  # in the second stage
            dict(
                type='RandomResizeShortSide',
                short_side=400,  # release
                ratio_range=(0.96, 1.0),
                flow_interpolation='nearest',
                rescale_flows=False,
            ),
            dict(type='RandomCrop', size=(384, 384)),
            dict(type='RandomFlip', negate_flow=False),  # release
            dict(type='PhotometricDistortion'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
val_dataloader = dict(
    dataset=dict(
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadMasks'),
            dict(type='ResizeFrames', size=392, interpolation='bilinear'),
            dict(type='PackMotionInputs'),
        ],
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(average='frame', oracle=('channel', ))  # both
test_evaluator = val_evaluator

train_cfg = dict(
    type='IterTrainLoop',
    max_iters=43200,  # release; paper: about 40k
    val_interval=2160,
)
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(
        type='Adam',
        lr=1e-4,  # release
        betas=(0.9, 0.999),
        weight_decay=1e-4,  # release
        fused=True,  # the same step in one pass
    ),
)
param_scheduler = [
    dict(
        type='PolyLR',  # release: in steps of 216 iterations
        power=0.9,
        eta_min=1e-6,
        begin=0,
        end=43200,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=16)
default_hooks = dict(checkpoint=dict(interval=2160))
