"""Features of the frames of one video, whose last layers may be trained."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .frame_encoder import FrameEncoder


class VideoTokens:
    """Keeps the tokens of frames as they are before the last blocks.

    The last blocks are copies, so that the encoder itself stays as it is
    whatever is done to them. Without training of the others their outputs
    need not be computed again.

    Args:
        encoder: A ``ViTEncoder`` that returns tokens.
        num_blocks: Number of the last blocks.

    Attributes:
        blocks: The copies, in evaluation mode.

    Raises:
        TypeError: If it is another encoder.
        ValueError: If it has fewer blocks, or its last output is not that of
            the last one.
    """

    def __init__(self, encoder: FrameEncoder, num_blocks: int) -> None:
        # Any kind of encoder, of which the attributes are asked for.
        network: Any = encoder.encoder
        check_encoder(network, num_blocks)
        encoder.init_weights()
        self._encoder = encoder
        self._network = network
        self._start = len(network.blocks) - num_blocks
        self.blocks = copy.deepcopy(
            nn.Sequential(*network.blocks[self._start:])
        )
        self.blocks.requires_grad_(True)
        self._tokens: list[Tensor] = []
        self._grids: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self._tokens)

    @torch.no_grad()
    def add(self, frame: Tensor) -> tuple[int, int]:
        """Take the next frame.

        Args:
            frame: (3, H, W) RGB in 0..255.

        Returns:
            (h, w) of its features.
        """
        image = self._encoder.prepare(frame)
        self.blocks.to(image.device)
        tokens = self._network.embed(image)
        self._tokens.append(self._network.advance(tokens, 0, self._start))
        self._grids.append(self._network.grid_size(image.shape[-2:]))
        return self._grids[-1]

    def features(self, index: int) -> Tensor:
        """Compute the features (C, h, w) of a frame with the blocks."""
        tokens = self._network.norm(self.blocks(self._tokens[index]))
        return tokens[0, 1:].mT.unflatten(-1, self._grids[index])

    def all_features(self) -> 'VideoFeatures':
        """Offer the features (C, h, w) of all frames."""
        return VideoFeatures(self)


class VideoFeatures(Sequence[Tensor]):
    """Features of the frames of a video, computed each time they are read.

    Those of all frames together would take as much memory as the tokens.

    Args:
        video: The frames, and the blocks as they are when features are read.
    """

    def __init__(self, video: VideoTokens) -> None:
        self._video = video

    def __len__(self) -> int:
        return len(self._video)

    @torch.no_grad()
    def __getitem__(self, index: int) -> Tensor:  # type: ignore[override]
        """Compute the features (C, h, w) of one frame; there are no slices."""
        return self._video.features(index).float()


def check_encoder(network: Any, num_blocks: int) -> None:
    """Refuse what is no vision transformer with enough blocks.

    Args:
        network: Any module, therefore of any type.
        num_blocks: Number of the last blocks that are asked for.

    Raises:
        TypeError: If it is no ``ViTEncoder``.
        ValueError: If it has fewer blocks, or its last output is not that of
            the last one.
    """
    name = type(network).__name__
    if not hasattr(network, 'advance'):
        raise TypeError(f'expected a ViTEncoder, got {name}')
    depth = len(network.blocks)
    if not 1 <= num_blocks <= depth:
        raise ValueError(
            f'expected 1 to {depth} blocks to train, as many as the encoder '
            f'has, got {num_blocks}'
        )
    if network.out_type != 'tokens' or network.out_indices[-1] != depth - 1:
        raise ValueError(
            "expected an encoder that returns the 'tokens' of its last block "
            f'({depth - 1}), got out_type={network.out_type!r} and '
            f'out_indices={network.out_indices}'
        )
