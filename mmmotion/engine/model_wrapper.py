"""The model inside a wrapper that distributes it."""

from typing import Any

from mmengine.model import is_model_wrapper
from torch import nn


def unwrap_model(model: nn.Module) -> Any:  # with the methods of its class
    """Return the model without a distributed wrapper.

    Args:
        model: The model of a runner, wrapped or not.
    """
    return model.module if is_model_wrapper(model) else model
