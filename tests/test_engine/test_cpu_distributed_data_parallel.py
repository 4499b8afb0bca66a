import pytest
import torch
from torch import nn

from mmmotion.engine import CPUDistributedDataParallel
from mmmotion.registry import MODEL_WRAPPERS


@pytest.fixture(autouse=True)
def _group(tmp_path):
    """A process group of this process alone."""
    torch.distributed.init_process_group(
        'gloo',
        init_method=f'file://{tmp_path}/group',
        rank=0,
        world_size=1,
    )
    yield
    torch.distributed.destroy_process_group()


def test_sync_batch_norm_becomes_batch_norm():
    model = nn.Sequential(nn.Conv2d(1, 2, 1), nn.SyncBatchNorm(2))
    wrapped = CPUDistributedDataParallel(model, device_ids=[0])
    kinds = {type(part) for part in wrapped.modules()}
    assert nn.SyncBatchNorm not in kinds
    assert wrapped(torch.rand(2, 1, 3, 3)).shape == (2, 2, 3, 3)


def test_what_sync_batch_norm_has_learnt_is_kept():
    norm = nn.SyncBatchNorm(2)
    norm.running_mean[:] = torch.tensor([3.0, -1.0])
    wrapped = CPUDistributedDataParallel(nn.Sequential(norm))
    found = wrapped.module[0].running_mean
    torch.testing.assert_close(found, torch.tensor([3.0, -1.0]))


def test_a_device_of_the_runner_is_ignored():
    wrapped = CPUDistributedDataParallel(nn.Linear(2, 1), device_ids=[0])
    assert wrapped.device_ids is None
    wrapped(torch.ones(1, 2)).sum().backward()
    torch.testing.assert_close(wrapped.module.weight.grad, torch.ones(1, 2))


def test_built_from_config_with_options_of_torch():
    wrapped = MODEL_WRAPPERS.build(
        dict(
            type='mmmotion.CPUDistributedDataParallel',
            module=nn.Linear(2, 1),
            find_unused_parameters=True,
        )
    )
    assert wrapped.find_unused_parameters
