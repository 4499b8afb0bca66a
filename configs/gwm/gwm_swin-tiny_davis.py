"""GWM with a Swin-T of MoBY, DAVIS 2016: an ablation of the paper.

As gwm_vit8_davis.py but for the encoder, which is trained, and its schedule.
Segments are merged by the features of DINO, not by those of the encoder.
"""

_base_ = ['./gwm_vit8_davis.py', '../_base_/dino_merge.py']

model = dict(
    encoder=dict(
        _delete_=True,
        type='SwinEncoder',
        drop_path_rate=0.3,  # release
        # Release: frozen in steps by a schedule that stops with an error;
        # the paper names none.
        frozen_stages=-1,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='checkpoints/moby_swin_t_300ep_pretrained.pth',
            url='https://github.com/SwinTransformer/Transformer-SSL',
        ),
    ),
    # Paper: K = 4 and the upsamplings; released config: K = 2 without them.
    head=dict(in_channels=(96, 192, 384, 768)),
    postprocess=[
        _base_.dino_merge,
        dict(type='BorderForeground', vote=True),
    ],
)

train_dataloader = dict(batch_size=16)  # release
optim_wrapper = dict(
    optimizer=dict(lr=6e-5),  # release
    paramwise_cfg=dict(
        custom_keys={'relative_position_bias_table': dict(decay_mult=0.0)}
    ),
)
auto_scale_lr = dict(base_batch_size=16)
