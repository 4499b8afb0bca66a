"""GWM with DINO's ViT-B/8 and constant motion: an ablation of the paper."""

_base_ = '../gwm_vit8_davis.py'

model = dict(motion_model=dict(type='ConstantMotion'))
