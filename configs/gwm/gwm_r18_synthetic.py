"""GWM with a ResNet-18 and the query head on the synthetic world, on a CPU.

The encoder starts from random weights and is trained.
"""

_base_ = './gwm_vit-mini_synthetic.py'

model = dict(
    encoder=dict(_delete_=True, type='ResNetEncoder', depth=18),
    head=dict(in_channels=(64, 128, 256, 512)),
)
