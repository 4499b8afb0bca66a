"""Optimizers of the parameters that are trained."""

from collections.abc import Iterator

from mmengine.optim import DefaultOptimWrapperConstructor as _Base
from mmengine.optim import OptimWrapper
from torch import nn

from mmmotion.registry import OPTIM_WRAPPER_CONSTRUCTORS


class _TrainedPart:
    """A model as an optimizer without options per parameter sees it."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model

    def parameters(self) -> Iterator[nn.Parameter]:
        """Those that take a gradient."""
        return (p for p in self._model.parameters() if p.requires_grad)


@OPTIM_WRAPPER_CONSTRUCTORS.register_module()
class DefaultOptimWrapperConstructor(_Base):
    """Leave frozen parameters out of the optimizer.

    Stands in for mmengine's of this name, which does so with
    ``paramwise_cfg`` only, and then warns once for every parameter.

    Args:
        optim_wrapper_cfg: Config of the optimizer wrapper with its
            optimizer.
        paramwise_cfg: Options per parameter.
    """

    def __call__(self, model: nn.Module) -> OptimWrapper:
        """Build the optimizer of a model, or of its distributed wrapper.

        Raises:
            ValueError: If everything is frozen.
        """
        if not any(p.requires_grad for p in model.parameters()):
            raise ValueError(
                f'nothing to train: all parameters of {type(model).__name__} '
                'are frozen'
            )
        if self.paramwise_cfg:
            return super().__call__(model)
        return super().__call__(_TrainedPart(model))

    def add_params(
        self,
        params: list[dict],
        module: nn.Module,
        prefix: str = '',
        is_dcn_module: int | float | None = None,
    ) -> None:
        """Add the parameter groups of a module unless all of it is frozen."""
        if any(p.requires_grad for p in module.parameters()):
            super().add_params(params, module, prefix, is_dcn_module)
