"""Base of the estimators that are neural networks."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from ..weights_hash import hash_weights
from .flow_estimator import FlowEstimator, check_frames


class NetworkFlowEstimator(FlowEstimator):
    """Runs a network on batches of pairs.

    Convolutions on a GPU keep the precision of float32, so that the flow
    does not depend on the device beyond rounding.

    Args:
        network: The network with its weights.
    """

    def __init__(self, network: nn.Module) -> None:
        self.network = network.eval().requires_grad_(False)
        self.device = torch.device('cpu')

    @abstractmethod
    def infer(self, first: Tensor, second: Tensor) -> Tensor:
        """Compute flow on tensors.

        Args:
            first: (B, 3, H, W) RGB in [0, 1].
            second: (B, 3, H, W) RGB in [0, 1].

        Returns:
            (B, 2, H, W) flow in pixels.
        """

    def to(self, device: str | torch.device) -> None:
        """Move the network.

        Args:
            device: Such as ``'cpu'`` or ``'cuda:0'``.

        Raises:
            ValueError: If there is no such device.
        """
        device = torch.device(device)
        if device.type == 'cuda':
            count = torch.cuda.device_count()
            if (device.index or 0) >= count:
                raise ValueError(
                    f'expected a device that is here, got {str(device)!r}: '
                    f'torch finds {count} GPUs'
                )
        self.network.to(device)
        self.device = device

    def estimate(self, img1: np.ndarray, img2: np.ndarray) -> np.ndarray:
        """Compute where each pixel of the first frame goes."""
        return self.estimate_batch([(img1, img2)])[0]

    def estimate_batch(
        self, pairs: Sequence[tuple[np.ndarray, np.ndarray]]
    ) -> list[np.ndarray]:
        """Compute the flows of several pairs at once.

        Args:
            pairs: Pairs of (H, W, 3) uint8 RGB frames, all of one size.

        Returns:
            (H, W, 2) float32 flow in pixels per pair.

        Raises:
            TypeError: If a frame is not uint8.
            ValueError: If the frames are no RGB images of one size.
        """
        if not pairs:
            return []
        for img1, img2 in pairs:
            check_frames(img1, img2)
            check_frames(pairs[0][0], img1)
        frames = torch.from_numpy(np.stack([np.stack(pair) for pair in pairs]))
        frames = frames.to(self.device).permute(1, 0, 4, 2, 3).contiguous()
        frames = frames.float() / 255
        with torch.no_grad(), _full_precision():
            flows = self.infer(frames[0], frames[1])
        return list(flows.permute(0, 2, 3, 1).float().cpu().numpy())

    def provenance(self) -> dict:
        """Return the hash of the weights, wherever they come from."""
        return dict(weights=hash_weights(self.network))


@contextmanager
def _full_precision() -> Iterator[None]:
    """Let convolutions on a GPU round to float32, not to TF32."""
    # cudnn.flags would also reset what is not named, cuDNN itself included.
    cudnn = torch.backends.cudnn
    before = cudnn.allow_tf32
    cudnn.allow_tf32 = False
    try:
        yield
    finally:
        cudnn.allow_tf32 = before
