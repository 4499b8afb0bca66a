"""Data parallel training with gloo, without CUDA."""

from typing import Any

from mmengine.logging import print_log
from mmengine.model import MMDistributedDataParallel, revert_sync_batchnorm
from torch import nn

from mmmotion.registry import MODEL_WRAPPERS


@MODEL_WRAPPERS.register_module()
class CPUDistributedDataParallel(MMDistributedDataParallel):
    """Wrap a model for several processes that have no GPU.

    mmengine passes a device number, which torch refuses for a model on the
    CPU. ``SyncBatchNorm`` needs CUDA as well and becomes ``BatchNorm``: its
    statistics are those of one process.

    Args:
        module: The model.
        device_ids: Ignored; the runner sets it.
        **kwargs: Arguments of ``MMDistributedDataParallel``.
    """

    def __init__(
        self,
        module: nn.Module,
        device_ids: list[int] | None = None,
        **kwargs: Any,  # handed on to torch
    ) -> None:
        num_synced = sum(
            isinstance(part, nn.SyncBatchNorm) for part in module.modules()
        )
        if num_synced:
            module = revert_sync_batchnorm(module)
            print_log(
                f'{num_synced} SyncBatchNorm layers became BatchNorm: they '
                'need CUDA; batch statistics are those of each process',
                logger='current',
            )
        super().__init__(module=module, device_ids=None, **kwargs)
