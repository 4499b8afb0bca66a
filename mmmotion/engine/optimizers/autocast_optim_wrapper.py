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
    float32, those without several times slower, unless they are told to
    compute in float32; the log says so once.

    Args:
        optimizer: The optimizer.
        dtype: Type of the forward pass, ``'bfloat16'``.
        device_type: ``'cpu'`` or ``'cuda'``; that of the model if None.
        accumulative_counts: Number of iterations per optimizer step.
        clip_grad: Arguments of ``torch.nn.utils.clip_grad_norm_``.
        only_if_fast: Whether a CPU without instructions for bfloat16 computes
            in float32.

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
        only_if_fast: bool = False,
    ) -> None:
        if dtype != 'bfloat16':
            raise ValueError(
                f"dtype must be 'bfloat16', got {dtype!r}; float16 needs the "
                'loss scaler of AmpOptimWrapper on a GPU'
            )
        super().__init__(optimizer, accumulative_counts, clip_grad)
        self.dtype = torch.bfloat16
        self.device_type = device_type
        self.only_if_fast = only_if_fast

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Cast inside, and skip gradient synchronization where it can."""
        parameter = next(model.parameters(), None)
        on_model = 'cpu' if parameter is None else parameter.device.type
        device_type = self.device_type or on_model
        slow = _is_slow(device_type)
        if slow:
            _say_that_slow(self.only_if_fast)
        autocast = torch.autocast(
            device_type,
            dtype=self.dtype,
            enabled=not (slow and self.only_if_fast),
        )
        with super().optim_context(model), autocast:
            yield


def _is_slow(device_type: str) -> bool:
    if device_type != 'cpu':
        return False
    # torch has the question only where it was built with the library.
    has_library = torch.backends.mkldnn.is_available()
    return not (has_library and torch.ops.mkldnn._is_mkldnn_bf16_supported())


@cache
def _say_that_slow(avoided: bool) -> None:
    advice = 'training in float32'
    if not avoided:
        advice += " (optim_wrapper.type='OptimWrapper', no --amp) is faster"
    print_log(
        'this CPU has no bfloat16 instructions (AVX-512 or newer): ' + advice,
        logger='current',
        level=logging.INFO if avoided else logging.WARNING,
    )
