"""A training of a few milliseconds on made-up frames."""

_base_ = '../../../configs/_base_/default_runtime.py'
custom_imports = dict(imports=['toy_parts'], allow_failed_imports=False)

train_pipeline = [dict(type='ToyFrame')]
train_dataloader = dict(
    batch_size=4,
    num_workers=0,
    sampler=dict(type='VideoSampler'),
    dataset=dict(type='ToyDataset', pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=2,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='ToyDataset', pipeline=train_pipeline, test_mode=True),
)
test_dataloader = val_dataloader
val_evaluator = dict(type='ToyMetric')
test_evaluator = val_evaluator

model = dict(type='ToyModel')
train_cfg = dict(type='IterTrainLoop', max_iters=8, val_interval=4)
val_cfg = dict()
test_cfg = dict()
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.1, momentum=0.9),
)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, begin=0, end=5),
]
default_hooks = dict(
    logger=dict(interval=1),
    checkpoint=dict(interval=2),
)
visualizer = dict(
    _delete_=True,
    type='Visualizer',
    vis_backends=[dict(type='LocalVisBackend')],
)
log_processor = dict(window_size=3)
auto_scale_lr = dict(base_batch_size=8)
