"""GWM with DINO's ViT-B/8 and 3 regions: an ablation of the paper."""

_base_ = '../gwm_vit8_davis.py'

model = dict(head=dict(num_groups=3))
