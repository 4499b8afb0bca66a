"""Training of features on the masks of one video."""

import copy
import math
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from mmengine.optim import build_optim_wrapper
from torch import Tensor

from .video_tokens import VideoTokens


def draw_pairs(num_frames: int, max_gap: int,
               seed: int) -> Iterator[tuple[int, int]]:
    """Draw pairs of frames without end.

    Args:
        num_frames: Length of the video, at least 2.
        max_gap: Largest distance of two frames.
        seed: Seed of the draws.

    Yields:
        Two positions, either of which may come first. Each distance is as
        likely, and for a distance each pair.
    """
    generator = torch.Generator().manual_seed(seed)

    def draw(limit: int) -> int:
        """Draw a number from 0 to ``limit - 1``."""
        return int(torch.randint(limit, (), generator=generator))

    while True:
        gap = 1 + draw(min(max_gap, num_frames - 1))
        first = draw(num_frames - gap)
        pair = first, first + gap
        yield pair[::-1] if draw(2) else pair


@torch.enable_grad()
def tune_features(
    video: VideoTokens,
    masks: Sequence[Tensor],
    # The loss of a config, with "regions" as LabelContrastLoss has.
    loss: Any,
    optim_wrapper: dict,
    num_steps: int,
    num_warmup: int,
    max_gap: int,
    seed: int,
) -> list[float]:
    """Train the last blocks so that features tell objects from the rest.

    Source: Xie, Xie, Zisserman, "Segmenting Moving Objects via an
    Object-Centric Layered Representation", NeurIPS 2022, in the form of its
    release, without the quirk that its first iteration runs at the full rate.

    Args:
        video: The frames; its blocks are changed.
        masks: (O, h, w) zeros and ones of the objects of each frame, on the
            grid of the features.
        loss: A ``LabelContrastLoss``.
        optim_wrapper: Config of the optimizer.
        num_steps: Number of iterations, one pair of frames each.
        num_warmup: Iterations in which the rate rises to that of the config.
        max_gap: Largest distance of the frames of a pair.
        seed: Seed of the pairs.

    Returns:
        The loss of each iteration.

    Raises:
        FloatingPointError: If a loss is not finite.
    """
    if len(video) < 2 or not num_steps:
        return []
    wrapper = build_optim_wrapper(video.blocks, copy.deepcopy(optim_wrapper))
    rates = [group['lr'] for group in wrapper.param_groups]
    losses: list[float] = []
    pairs = draw_pairs(len(video), max_gap, seed)
    for step in range(num_steps):
        pair = next(pairs)
        for group, rate in zip(wrapper.param_groups, rates):
            group['lr'] = rate * min(1, (step + 1) / max(1, num_warmup))
        with wrapper.optim_context(video.blocks):
            features = torch.stack([video.features(i) for i in pair])
        regions = loss.regions(torch.stack([masks[i] for i in pair]))
        value = loss(features.float(), regions)
        wrapper.update_params(value)
        losses.append(value.item())
        if not math.isfinite(losses[-1]):
            raise FloatingPointError(
                f'the loss of iteration {step + 1} is {losses[-1]}; a smaller '
                'learning rate may help (optim_wrapper)'
            )
    return losses
