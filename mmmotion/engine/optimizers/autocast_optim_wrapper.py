"""Mixed precision without a loss scaler, on any device."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch
from mmengine.logging import print_log
from mmengine.optim import OptimWrapper
from torch import nn
from torch.optim import Optimizer

from mmmotion.registry import OPTIM_WRAPPERS


@OPTIM_WRAPPERS.register_module()
class AutocastOptimWrapper(OptimWrapper):
    """Run the forward pass under ``torch.autocast``.

    mmengine's ``AmpOptimWrapper`` asserts an accelerator. bfloat16 has the
    range of float32, so that no loss scaling is needed, and every CPU
    computes it: those with instructions for it about twice as fast as
    float32, those without several times slower, which the log says once.

    Args:
        optimizer: The optimizer.
        dtype: Type of the forward pass, ``'bfloat16'``.
        device_type: ``'cpu'`` or ``'cuda'``; that of the model if None.
        accumulative_counts: Number of iterations per optimizer step.
        clip_grad: Arguments of ``torch.nn.utils.clip_grad_norm_``.

    Raises:
        ValueError: If ``dtype`` is another one, because float16 needs the
            loss scaler of ``AmpOptimWrapper``.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        dtype: str = 'bfloat16',
        device_type: str | None = None,
        accumulative_counts: int = 1,
        clip_grad: dict | None = None,
    ) -> None:
        if dtype != 'bfloat16':
            raise ValueError(
                f"dtype must be 'bfloat16', got {dtype!r}; float16 needs the "
                'loss scaler of AmpOptimWrapper on a GPU'
            )
        super().__init__(optimizer, accumulative_counts, clip_grad)
        self.dtype = torch.bfloat16
        self.device_type = device_type

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Cast inside, and skip gradient synchronization where it can."""
        parameter = next(model.parameters(), None)
        on_model = 'cpu' if parameter is None else parameter.device.type
        device_type = self.device_type or on_model
        _say_if_slow(device_type)
        autocast = torch.autocast(device_type, dtype=self.dtype)
        with super().optim_context(model), autocast:
            yield


@cache
def _say_if_slow(device_type: str) -> None:
    if device_type != 'cpu' or torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return
    print_log(
        'this CPU has no bfloat16 instructions (AVX-512 or newer): training '
        "in float32 (optim_wrapper.type='OptimWrapper', no --amp) is faster",
        logger='current',
        level=logging.WARNING,
    )
