"""GWM with a Swin-T of MoBY, FBMS-59: an ablation of the paper."""

_base_ = './gwm_swin-tiny_davis.py'

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
