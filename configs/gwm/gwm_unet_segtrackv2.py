"""GWM with a U-Net, SegTrackv2: Table 1."""

_base_ = './gwm_unet_davis.py'

train_dataloader = dict(
    dataset=dict(
        type='SegTrackv2', data_root='data/SegTrackv2', flow_resolution=''
    ),
)
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='SegTrackv2',
        data_root='data/SegTrackv2',
        test_mode=True,
        pipeline=_base_.val_dataloader.dataset.pipeline,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(average='frame')
test_evaluator = val_evaluator
