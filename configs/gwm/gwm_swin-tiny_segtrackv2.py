"""GWM with a Swin-T of MoBY, SegTrackv2: an ablation of the paper."""

_base_ = './gwm_swin-tiny_davis.py'

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
