"""GWM with a small Swin and the query head on the synthetic world, on a CPU.

The encoder starts from random weights and is trained.
"""

_base_ = './gwm_vit-mini_synthetic.py'

model = dict(
    encoder=dict(
        _delete_=True,
        type='SwinEncoder',
        embed_dims=32,
        depths=(2, 2, 2, 2),
        num_heads=(1, 2, 4, 8),
    ),
    head=dict(in_channels=(32, 64, 128, 256)),
)
