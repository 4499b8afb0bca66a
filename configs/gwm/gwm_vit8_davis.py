"""GWM with DINO's ViT-B/8, DAVIS 2016: Table 1 and Section 4.1 of the paper.

Where the paper and its released code disagree, the line says which won. The
paper's flow is RAFT's, computed on the 1080p frames: put its files into the
released layout (data/DAVIS/Flows_gap<n>/1080p/<video>/<frame>.flo). Without
the encoder's file, --cfg-options model.encoder.init_cfg=None
model.encoder.frozen_stages=-1 trains from random weights.
"""

_base_ = ['../_base_/datasets/davis2016.py', '../_base_/default_runtime.py']

# Flow weights trained on FlyingChairs and FlyingThings; DINO's on ImageNet.
supervision = dict(masks='none', flow='synthetic', encoder='self')

model = dict(
    type='GWM',
    encoder=dict(
        type='ViTEncoder',
        patch_size=8,
        patch_stride=4,  # Section 4.1: overlapping patches
        embed_dims=768,
        num_heads=12,
        out_type='keys',  # Section 4.1
        out_indices=(5, 7, 9, 11),  # Section 4.1: blocks 6, 8, 10, 12
        frozen_stages='all',  # release; the paper does not say
        init_cfg=dict(
            type='Pretrained',
            checkpoint='checkpoints/dino_vitbase8_pretrain.pth',
            url='https://dl.fbaipublicfiles.com/dino/dino_vitbase8_pretrain/'
            'dino_vitbase8_pretrain.pth',
        ),
    ),
    head=dict(
        type='MaskFormerHead',
        in_channels=(768, 768, 768, 768),
        num_groups=4,  # the paper's best in its ablation of K
        # Paper: [Conv3, Up, Conv1] x 2; release: padded, with one norm.
        pixel_decoder=dict(num_upsamplings=2),
    ),
    motion_model=dict(type='QuadraticMotion', weighting='square'),  # release
    loss_recon=dict(
        type='FlowReconstructionLoss',
        energy='reconstruction',  # release; paper: 'expected'
        loss_weight=0.03,  # Section 4.1
    ),
    resize='masks',  # release; paper: 'logits'
    size_divisor=32,  # release
    postprocess=[
        # Paper: features of ViT-B; release: of ViT-S/8.
        dict(type='SpectralMerge', features='segmentor'),
        # Section 4.1 does not say how; the released image evaluation does.
        dict(type='BorderForeground', vote=True),
    ],
)

train_dataloader = dict(
    batch_size=8,  # Section 4.1
    dataset=dict(
        flow_estimator=None,
        flow_layout='mg',
        flow_resolution='1080p',
    ),
)
train_cfg = dict(
    type='IterTrainLoop',
    max_iters=20000,  # release; paper: 15k, 20k without pretrained encoder
    val_interval=250,  # release, which keeps the best of them; we the last
)

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(
        type='AdamW',
        lr=1.5e-4,  # Section 4.1
        betas=(0.9, 0.999),
        eps=1e-8,
        weight_decay=0.01,  # release
    ),
    paramwise_cfg=dict(
        norm_decay_mult=0.0,  # release
        custom_keys={'binding.queries': dict(decay_mult=0.0)},  # release
    ),
    clip_grad=dict(max_norm=0.01, norm_type=2),  # Section 4.1
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
auto_scale_lr = dict(base_batch_size=8)
randomness = dict(seed=42)  # release
