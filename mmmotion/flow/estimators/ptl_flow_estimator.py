"""Any network of the collection PTLFlow."""

import torch
from torch import Tensor

from mmmotion.registry import FLOW_ESTIMATORS

from .network_flow_estimator import NetworkFlowEstimator
from .optional_import import import_optional


@FLOW_ESTIMATORS.register_module()
class PTLFlowEstimator(NetworkFlowEstimator):
    """Flow of one of the networks that PTLFlow collects.

    Needs the extra ``mmmotion[ptlflow]``. Sizes that a network cannot take
    are padded or resized by the network itself.

    Args:
        model: PTLFlow's name of the network, such as ``'pwcnet'``.
        checkpoint: Its name of the weights, such as ``'things'``, which it
            downloads once, or a file. None is random, for tests.

    Raises:
        ImportError: If PTLFlow or what it needs is missing.
        ValueError: If PTLFlow has no such network, or the network no such
            weights.
    """

    name = 'ptlflow'
    file_settings = ('checkpoint', )

    def __init__(self, model: str, checkpoint: str | None) -> None:
        ptlflow = import_optional('ptlflow', type(self).__name__, 'ptlflow')
        super().__init__(ptlflow.get_model(model, ckpt_path=checkpoint).cpu())

    def infer(self, first: Tensor, second: Tensor) -> Tensor:
        """Compute flow on tensors."""
        images = torch.stack((first, second), dim=1)
        # PTLFlow reads images as OpenCV does, in the order B, G, R.
        return self.network(dict(images=images.flip(2)))['flows'][:, 0]
