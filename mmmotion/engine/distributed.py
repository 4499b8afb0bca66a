"""Process groups, with gloo where there is no CUDA."""

import os
import subprocess
from datetime import timedelta

import torch
from mmengine.config import Config
from mmengine.dist import init_dist, is_distributed
from mmengine.logging import print_log
from mmengine.utils.dl_utils import set_multi_processing

from .config_check import ensure_section

_VARIABLES = dict(
    slurm=dict(
        RANK='SLURM_PROCID',
        WORLD_SIZE='SLURM_NTASKS',
        LOCAL_RANK='SLURM_LOCALID',
    ),
    mpi=dict(
        RANK='OMPI_COMM_WORLD_RANK',
        WORLD_SIZE='OMPI_COMM_WORLD_SIZE',
        LOCAL_RANK='OMPI_COMM_WORLD_LOCAL_RANK',
    ),
)
_NEEDED = ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR', 'MASTER_PORT')


def init_distributed(cfg: Config) -> None:
    """Start the process group of a config before its runner is built.

    With CUDA this is what the runner would do a moment later. Without it the
    backend becomes gloo and the model wrapper
    :class:`CPUDistributedDataParallel`; mmengine would call CUDA and fail.

    Args:
        cfg: Config with ``launcher``; ``env_cfg`` and ``model_wrapper_cfg``
            are changed in place.

    Raises:
        RuntimeError: If the launcher has not set its environment variables,
            or slurm does not tell the first host.
    """
    launcher = cfg.get('launcher', 'none')
    if launcher == 'none':
        return
    env_cfg = ensure_section(cfg, 'env_cfg')
    dist_cfg = ensure_section(env_cfg, 'dist_cfg')
    on_cpu = not torch.cuda.is_available()
    if on_cpu:
        dist_cfg['backend'] = 'gloo'
        _use_cpu_wrapper(cfg)
    if is_distributed():
        return
    set_multi_processing(**env_cfg.get('mp_cfg', {}), distributed=True)
    if on_cpu or launcher == 'slurm':
        _set_variables(launcher)
    if not on_cpu:
        init_dist(launcher, **dist_cfg)
        return
    timeout = dist_cfg.get('timeout')
    torch.distributed.init_process_group(
        'gloo',
        timeout=None if timeout is None else timedelta(seconds=timeout),
    )
    print_log('CUDA is not available: processes communicate through gloo')


def _use_cpu_wrapper(cfg: Config) -> None:
    wrapper = cfg.get('model_wrapper_cfg') or {}
    if wrapper.get('type', 'MMDistributedDataParallel') not in (
            'MMDistributedDataParallel', 'mmengine.MMDistributedDataParallel'):
        return
    # The runner's own defaults, which it drops when a wrapper is given.
    unused = cfg.get('find_unused_parameters', False)
    cfg.model_wrapper_cfg = {
        'broadcast_buffers': False,
        'find_unused_parameters': unused,
        **wrapper,
        # The runner looks it up in mmengine's registry.
        'type': 'mmmotion.CPUDistributedDataParallel',
    }


def _set_variables(launcher: str) -> None:
    for name, source in _VARIABLES.get(launcher, {}).items():
        if source in os.environ:
            os.environ[name] = os.environ[source]
    if launcher != 'pytorch':
        os.environ.setdefault('MASTER_PORT', '29500')
    if launcher == 'slurm' and 'MASTER_ADDR' not in os.environ:
        os.environ['MASTER_ADDR'] = _first_slurm_host()
    missing = [name for name in _NEEDED if name not in os.environ]
    if missing:
        raise RuntimeError(
            f'launcher {launcher!r} needs the environment variables '
            f'{", ".join(missing)}; start through tools/dist_train.sh or '
            'tools/slurm_train.sh, or leave --launcher out'
        )


def _first_slurm_host() -> str:
    nodes = os.environ.get('SLURM_NODELIST')
    if not nodes:
        raise RuntimeError(
            "launcher 'slurm' expected the environment variable "
            f'SLURM_NODELIST, which srun sets, got {nodes!r}; start through '
            'tools/slurm_train.sh'
        )
    command = ['scontrol', 'show', 'hostnames', nodes]
    try:
        listing = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise RuntimeError(
            "launcher 'slurm' expected the program scontrol on the PATH to "
            f'find the first host of SLURM_NODELIST={nodes!r}, got none; set '
            'MASTER_ADDR to the host of rank 0 instead'
        ) from None
    hosts = listing.stdout.split()
    if listing.returncode or not hosts:
        raise RuntimeError(
            f'expected host names from {" ".join(command)!r}, got '
            f'{listing.stderr.strip() or "nothing"!r} (exit status '
            f'{listing.returncode}); set MASTER_ADDR to the host of rank 0 '
            'instead'
        )
    return hosts[0]
