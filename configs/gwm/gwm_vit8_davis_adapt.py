"""GWM with DINO's ViT-B/8 adapted to every unseen video, DAVIS 2016.

The rows of the paper for unseen videos: trained on the training split alone,
then 20 steps on each video of the evaluation. It does not say at which rate;
here it is the base rate of the training.
"""

_base_ = './gwm_vit8_davis.py'

train_dataloader = dict(dataset=dict(split='train'))
test_cfg = dict(
    type='AdaptLoop',
    num_steps=20,
    train_dataloader=dict(dataset=dict(split='val')),
)
