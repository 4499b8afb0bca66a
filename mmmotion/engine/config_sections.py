"""Keys of the config sections that name no class."""

import inspect

from torch.utils.data import DataLoader

_DATALOADER = {
    *inspect.signature(DataLoader.__init__).parameters, 'dataset',
    'num_batch_per_epoch'
} - {'self'}

SECTIONS: dict[str, set[str]] = {
    'train_dataloader': _DATALOADER,
    'val_dataloader': _DATALOADER,
    'test_dataloader': _DATALOADER,
    'test_cfg.train_dataloader': _DATALOADER,
    'randomness': {'seed', 'deterministic', 'diff_rank_seed'},
    'auto_scale_lr': {'enable', 'base_batch_size'},
    'env_cfg': {'cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'},
    'env_cfg.mp_cfg': {'mp_start_method', 'opencv_num_threads'},
    'env_cfg.dist_cfg': {'backend', 'timeout', 'init_backend'},
    'supervision': {'masks', 'flow', 'encoder'},
}
"""Keys by path of the section; mmengine reads no others."""
