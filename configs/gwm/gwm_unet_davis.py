"""GWM with a U-Net, DAVIS 2016: Table 1 and Section 4.1 of the paper.

Where the paper and its released code disagree, the line says which won; the
U-Net itself was never released. The paper's flow is RAFT's, computed on the
1080p frames: put its files into the released layout
(data/DAVIS/Flows_gap<n>/1080p/<video>/<frame>.flo), or train on another
estimator's with
--cfg-options train_dataloader.dataset.flow_layout=mmmotion
train_dataloader.dataset.flow_estimator=dis.
"""

_base_ = ['../_base_/datasets/davis2016.py', '../_base_/default_runtime.py']

# Flow weights trained on FlyingChairs and FlyingThings.
supervision = dict(masks='none', flow='synthetic', encoder='none')

model = dict(
    type='GWM',
    encoder=dict(
        type='UNetEncoder',
        base_channels=64,
        num_stages=4,
        upsample='transposed',  # paper: milesial/Pytorch-UNet, its default
    ),
    head=dict(type='FCNHead', in_channels=64, num_groups=4),  # Table 3: K = 4
    motion_model=dict(type='QuadraticMotion', weighting='square'),  # release
    loss_recon=dict(
        type='FlowReconstructionLoss',
        energy='reconstruction',  # release; paper: 'expected'
        loss_weight=0.03,  # Section 4.1
    ),
    resize='masks',  # release; paper: 'logits'
    postprocess=[
        # Paper: descriptors from DINO ViT features.
        dict(type='SpectralMerge', features='color'),
        # Section 4.1 does not say how; the released image evaluation does.
        dict(type='BorderForeground', vote=True),
    ],
)

train_dataloader = dict(
    batch_size=16,  # Section 4.1, U-Net
    dataset=dict(
        flow_estimator=None,
        flow_layout='mg',
        flow_resolution='1080p',
    ),
)
train_cfg = dict(
    type='IterTrainLoop', max_iters=20000, val_interval=1000
)  # 20k from scratch

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(
        type='AdamW',
        lr=7e-4,  # Section 4.1, U-Net
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.01,  # release
    ),
    paramwise_cfg=dict(norm_decay_mult=0.0),  # release
    clip_grad=dict(max_norm=5.0, norm_type=2),  # Section 4.1, U-Net
)
param_scheduler = [
    dict(
        type='LinearLR',
        start_factor=1e-6,  # release; paper: from a rate of 1e-6
        begin=0,
        end=1501,  # mmengine counts both ends: full rate at t = 1500
        by_epoch=False,
    ),
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=0.0,
        begin=0,
        # Release: the rate hardly decays in 20k iterations. The last step
        # of mmengine's is not counted.
        end=160001,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=16)
