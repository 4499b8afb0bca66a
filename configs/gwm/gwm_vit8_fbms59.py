"""GWM with DINO's ViT-B/8, FBMS-59: Table 1."""

_base_ = './gwm_vit8_davis.py'

train_dataloader = dict(
    dataset=dict(
        type='FBMS59',
        data_root='data/FBMS59',
        gaps=(3, 6, -3, -6),
        flow_resolution='',
    ),
)
val_dataloader = dict(
    dataset=dict(
        type='FBMS59',
        data_root='data/FBMS59',
        split='test',
        require_mask=True,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(average='frame')
test_evaluator = val_evaluator
