import os

import pytest
import torch
from mmengine.config import Config

from mmmotion.engine import init_distributed


@pytest.fixture
def clean(monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    for name in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR',
                 'MASTER_PORT'):
        monkeypatch.delenv(name, raising=False)
    yield monkeypatch
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def set_one_process(monkeypatch, **names):
    names = {'RANK': '0', 'WORLD_SIZE': '1', 'LOCAL_RANK': '0', **names}
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv('MASTER_ADDR', '127.0.0.1')
    monkeypatch.setenv('MASTER_PORT', '0')


def test_without_launcher_nothing_happens(clean):
    cfg = Config(dict(launcher='none'))
    init_distributed(cfg)
    assert cfg.to_dict() == dict(launcher='none')
    assert not torch.distributed.is_initialized()


def test_gloo_and_its_wrapper_replace_those_of_cuda(clean):
    set_one_process(clean)
    cfg = Config(
        dict(
            launcher='pytorch',
            find_unused_parameters=True,
            env_cfg=dict(dist_cfg=dict(backend='nccl', timeout=60)),
        )
    )
    init_distributed(cfg)
    assert torch.distributed.get_backend() == 'gloo'
    assert cfg.env_cfg.dist_cfg.backend == 'gloo'
    assert cfg.model_wrapper_cfg == dict(
        type='mmmotion.CPUDistributedDataParallel',
        broadcast_buffers=False,
        find_unused_parameters=True,
    )


def test_variables_of_other_launchers_are_read(clean):
    for name in ('RANK', 'LOCAL_RANK', 'WORLD_SIZE'):
        clean.setenv(name, '9')
    set_one_process(
        clean,
        SLURM_PROCID='0',
        SLURM_NTASKS='1',
        SLURM_LOCALID='0',
    )
    init_distributed(Config(dict(launcher='slurm')))
    assert torch.distributed.get_world_size() == 1


def test_a_wrapper_of_the_user_is_kept(clean):
    set_one_process(clean)
    wrapper = dict(type='MMSeparateDistributedDataParallel')
    cfg = Config(dict(launcher='pytorch', model_wrapper_cfg=wrapper))
    init_distributed(cfg)
    assert cfg.model_wrapper_cfg == wrapper


def test_missing_variables_are_named(clean):
    with pytest.raises(RuntimeError, match=r'RANK.*dist_train\.sh'):
        init_distributed(Config(dict(launcher='pytorch')))


@pytest.fixture
def slurm(clean, tmp_path):
    """One slurm task that does not know its master; nothing on the PATH."""
    set_one_process(
        clean,
        SLURM_PROCID='0',
        SLURM_NTASKS='1',
        SLURM_LOCALID='0',
        SLURM_NODELIST='127.0.0.[1-2]',
        PATH=str(tmp_path),
    )
    clean.delenv('MASTER_ADDR')

    def write_scontrol(text):
        program = tmp_path / 'scontrol'
        program.write_text(f'#!/bin/sh\n{text}\n')
        program.chmod(0o755)

    clean.write_scontrol = write_scontrol
    return clean


def test_slurm_names_the_first_host(slurm):
    slurm.write_scontrol('test "$3" = "127.0.0.[1-2]" && echo 127.0.0.1')
    init_distributed(Config(dict(launcher='slurm')))
    assert os.environ['MASTER_ADDR'] == '127.0.0.1'
    assert torch.distributed.get_world_size() == 1


@pytest.mark.parametrize('nodes', [None, ''])
def test_slurm_without_a_list_of_nodes(slurm, nodes):
    slurm.delenv('SLURM_NODELIST')
    if nodes is not None:
        slurm.setenv('SLURM_NODELIST', nodes)
    message = rf'expected .* SLURM_NODELIST, .* got {nodes!r};.*slurm_train'
    with pytest.raises(RuntimeError, match=message):
        init_distributed(Config(dict(launcher='slurm')))


def test_slurm_without_its_program(slurm):
    with pytest.raises(RuntimeError, match='expected the program scontrol'):
        init_distributed(Config(dict(launcher='slurm')))


def test_slurm_whose_program_fails(slurm):
    slurm.write_scontrol('echo Invalid hostlist >&2; exit 1')
    message = r"host names from 'scontrol .*got 'Invalid hostlist'.*status 1"
    with pytest.raises(RuntimeError, match=message):
        init_distributed(Config(dict(launcher='slurm')))


def test_slurm_is_checked_with_cuda_too(slurm):
    slurm.setattr(torch.cuda, 'is_available', lambda: True)
    with pytest.raises(RuntimeError, match='expected the program scontrol'):
        init_distributed(Config(dict(launcher='slurm')))
