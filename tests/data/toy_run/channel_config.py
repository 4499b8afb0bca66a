"""A training with validation whose model finds its object channel."""

_base_ = './adapt_config.py'

model = dict(
    _delete_=True,
    type='ToyChannels',
    postprocess=[dict(type='ObjectChannel')],
)
val_dataloader = dict(_delete_=True, **_base_.test_dataloader)
val_evaluator = dict(_delete_=True, **_base_.test_evaluator)
val_cfg = dict(_delete_=True, type='VideoValLoop')
custom_hooks = [dict(type='ObjectChannelHook', num_frames=5)]
