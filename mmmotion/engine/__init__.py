"""Running: hooks, loops, optimizer wrappers, checkpoints and the launch."""

from . import hooks, loops, optimizers
from .atomic_backend import AtomicBackend
from .checkpoint_io import (
    CheckpointError,
    check_state_dict,
    describe_match,
    find_state_dict,
    load_checkpoint,
    load_fitting,
    read_checkpoint,
)
from .command_line import (
    add_config_options,
    add_device_argument,
    add_run_arguments,
    end_in_a_line,
    load_run_config,
)
from .config_check import ConfigError, check_config, load_config
from .cpu_distributed_data_parallel import CPUDistributedDataParallel
from .distributed import init_distributed
from .launch import (
    build_runner,
    enable_amp,
    enable_auto_scale_lr,
    prepare_config,
    require_weights,
    set_resume,
    set_show_dir,
    set_test_checkpoint,
    set_work_dir,
)
from .motion_runner import MotionRunner
from .resume import find_resumable_checkpoint

__all__ = [
    'AtomicBackend',
    'CPUDistributedDataParallel',
    'CheckpointError',
    'ConfigError',
    'MotionRunner',
    'add_config_options',
    'add_device_argument',
    'add_run_arguments',
    'build_runner',
    'check_config',
    'check_state_dict',
    'describe_match',
    'enable_amp',
    'enable_auto_scale_lr',
    'end_in_a_line',
    'find_resumable_checkpoint',
    'find_state_dict',
    'hooks',
    'init_distributed',
    'load_checkpoint',
    'load_config',
    'load_fitting',
    'load_run_config',
    'loops',
    'optimizers',
    'prepare_config',
    'read_checkpoint',
    'require_weights',
    'set_resume',
    'set_show_dir',
    'set_test_checkpoint',
    'set_work_dir',
]
