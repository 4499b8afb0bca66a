"""GWM with a ResNet-50, DAVIS 2016: an ablation of the paper.

As gwm_vit8_davis.py but for the encoder, which is trained, and its schedule.
Segments are merged by the features of DINO, not by those of the encoder.
"""

_base_ = ['./gwm_vit8_davis.py', '../_base_/dino_merge.py']

# The encoder was trained with the labels of ImageNet, that of the merging
# without.
supervision = dict(encoder='labels')

model = dict(
    encoder=dict(
        _delete_=True,
        type='ResNetEncoder',
        depth=50,
        bn_eval=True,  # release
        bn_frozen=True,
        # Release: frozen in steps by a schedule that stops with an error;
        # the paper names none.
        frozen_stages=-1,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='checkpoints/resnet50-0676ba61.pth',
            url='torchvision (ResNet50_Weights.IMAGENET1K_V1)',
        ),
    ),
    # Paper: K = 4 and the upsamplings; released config: K = 2 without them.
    head=dict(in_channels=(256, 512, 1024, 2048)),
    postprocess=[
        _base_.dino_merge,
        dict(type='BorderForeground', vote=True),
    ],
)

train_dataloader = dict(batch_size=16)  # release
optim_wrapper = dict(
    optimizer=dict(lr=1e-4, weight_decay=1e-4),  # release
    paramwise_cfg=dict(custom_keys={'encoder.': dict(lr_mult=0.1)}),
)
param_scheduler = [  # release: no warm-up
    dict(
        type='PolyLR',
        power=0.9,
        eta_min=0.0,
        begin=0,
        end=160001,
        by_epoch=False,
    ),
]
auto_scale_lr = dict(base_batch_size=16)
