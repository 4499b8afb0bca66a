"""How every config runs: hooks, logs, checkpoints, environment."""

default_scope = 'mmmotion'

env_cfg = dict(
    cudnn_benchmark=False,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),  # gloo where there is no CUDA
)
randomness = dict(seed=0)

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(
        type='ResumableCheckpointHook',
        interval=1000,
        by_epoch=False,
        max_keep_ckpts=2,
    ),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    random_state=dict(type='RandomStateHook'),
    plain_checkpoint=dict(type='PlainCheckpointHook'),
    checkpoint_match=dict(type='CheckpointMatchHook', strict=False),
    visualization=dict(type='PanelVisualizationHook', draw=False),
)

log_level = 'INFO'
log_processor = dict(type='LogProcessor', window_size=50, by_epoch=False)
visualizer = dict(
    type='Visualizer',
    vis_backends=[
        dict(type='LocalVisBackend'),
        dict(type='TensorboardVisBackend'),  # if it is installed
    ],
)

load_from = None
resume = False
