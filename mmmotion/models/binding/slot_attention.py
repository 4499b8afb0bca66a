"""Slots that compete for the cells of a feature map."""

from collections.abc import Iterator, Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmmotion.registry import MODELS

from .linear_position_encoding import LinearPositionEncoding

_ATTENTION_OFFSET = 1e-8
_TEST_NOISE_SEED = 0


def _mlp(channels: int, hidden: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(channels, hidden),
        nn.ReLU(),
        nn.Linear(hidden, channels),
    )


@MODELS.register_module()
class SlotAttention(BaseModule):
    """Bind the cells of a feature map to slots by iterated attention.

    Cells become tokens (position encoding, layer norm, a network of two
    layers). In every iteration each token divides its attention among the
    slots, each slot reads the weighted mean of the tokens, and a recurrent
    unit with a residual network updates it.

    Source: Locatello et al., "Object-Centric Learning with Slot Attention",
    NeurIPS 2020, Algorithm 1, in the form of the release of Yang et al.,
    "Self-supervised Video Object Segmentation by Motion Grouping", ICCV
    2021, where the first slots are learned. The paper of the latter has no
    network on the tokens.

    Fused attention (``scaled_dot_product_attention``) cannot compute it: it
    normalises over the keys. With tokens as queries and slots as keys its
    softmax is the right one, but the values that it sums lie with the slots,
    while here those of the tokens are summed, after another normalisation.
    With an identity matrix as values it returns the attention itself and
    saves nothing.

    Args:
        in_channels: Channels of the feature map, and of tokens and slots.
        num_slots: Number of slots K.
        num_iters: Number of iterations T.
        init: First slots: ``'learned'``, one vector each; ``'gaussian'``,
            noise with learned mean and deviation, drawn anew in training and
            always the same at test, so that slots keep their order.
        hidden_channels: Width of the residual network; ``in_channels`` if
            None.
        implicit_gradient: Whether the gradient passes through the last
            iteration alone, as if the slots were a fixed point. It needs the
            memory of one iteration; the first slots are not trained. Source:
            Chang et al., "Object Representations as Fixed Points", NeurIPS
            2022.
        in_index: Position of the feature map in the encoder's output, finest
            first.
        init_cfg: Initialisation as in mmengine; by default that of torch.

    Raises:
        ValueError: If a number is below 1 or ``init`` is another word.
    """

    def __init__(
        self,
        in_channels: int = 256,
        num_slots: int = 2,
        num_iters: int = 5,
        init: str = 'learned',
        hidden_channels: int | None = None,
        implicit_gradient: bool = False,
        in_index: int = -1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if num_slots < 1 or num_iters < 1:
            raise ValueError(
                'num_slots and num_iters must be at least 1, got '
                f'num_slots={num_slots} and num_iters={num_iters}'
            )
        if init not in ('learned', 'gaussian'):
            raise ValueError(
                f"init must be 'learned' or 'gaussian', got {init!r}"
            )
        self.num_slots = num_slots
        self.num_iters = num_iters
        self.init = init
        self.implicit_gradient = implicit_gradient
        self.in_index = in_index

        self.position = LinearPositionEncoding(in_channels)
        self.norm_features = nn.LayerNorm(in_channels)
        self.token_mlp = _mlp(in_channels, in_channels)
        self.norm_tokens = nn.LayerNorm(in_channels)
        self.norm_slots = nn.LayerNorm(in_channels)
        self.norm_mlp = nn.LayerNorm(in_channels)
        self.query = nn.Linear(in_channels, in_channels)
        self.key = nn.Linear(in_channels, in_channels)
        self.value = nn.Linear(in_channels, in_channels)
        self.gru = nn.GRUCell(in_channels, in_channels)
        self.mlp = _mlp(in_channels, hidden_channels or in_channels)
        self._add_first_slots(in_channels)

    def _add_first_slots(self, channels: int) -> None:
        shape = (self.num_slots, channels)
        if self.init == 'learned':
            self.slots = nn.Parameter(torch.randn(shape))
        else:
            self.slot_mean = nn.Parameter(torch.randn(channels))
            self.slot_log_std = nn.Parameter(torch.zeros(channels))
            generator = torch.Generator().manual_seed(_TEST_NOISE_SEED)
            noise = torch.randn(shape, generator=generator)
            self.register_buffer('test_noise', noise, persistent=False)
        if self.implicit_gradient:
            for name in ('slots', 'slot_mean', 'slot_log_std'):
                if hasattr(self, name):
                    getattr(self, name).requires_grad_(False)

    def first_slots(self, batch_size: int) -> Tensor:
        """Return the slots (B, K, C) before the first iteration."""
        if self.init == 'learned':
            return self.slots.expand(batch_size, -1, -1)
        shape = (batch_size, *self.test_noise.shape)
        if self.training:
            noise = torch.randn(shape).to(self.slot_mean)
        else:
            noise = self.test_noise.expand(shape)
        return self.slot_mean + self.slot_log_std.exp() * noise

    def tokens(self, features: Tensor) -> Tensor:
        """Turn cells into normalised tokens.

        Args:
            features: (B, C, h, w) feature map.

        Returns:
            (B, h * w, C) tokens, row by row.
        """
        cells = features.permute(0, 2, 3, 1)
        cells = cells + self.position(cells.shape[1:3])
        tokens = self.token_mlp(self.norm_features(cells.flatten(1, 2)))
        return self.norm_tokens(tokens)

    def iterate(self, tokens: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Run the iterations.

        Args:
            tokens: (B, N, C) normalised tokens.

        Yields:
            After each iteration the slots (B, K, C), and the attention
            (B, K, N) that led to them: the share of each token that each
            slot got.
        """
        scale = tokens.shape[-1]**-0.5
        key, value = self.key(tokens), self.value(tokens)
        slots = self.first_slots(len(tokens))
        for i in range(self.num_iters):
            with_grad = torch.is_grad_enabled(
            ) and (not self.implicit_gradient or i == self.num_iters - 1)
            with torch.set_grad_enabled(with_grad):
                query = scale * self.query(self.norm_slots(slots))
                logits = query @ key.transpose(1, 2)
                attention = logits.softmax(dim=1) + _ATTENTION_OFFSET
                slots = self._update(slots, attention, value)
            yield slots, attention

    def _update(
        self, slots: Tensor, attention: Tensor, value: Tensor
    ) -> Tensor:
        weight = attention / attention.sum(dim=-1, keepdim=True)
        reading = weight @ value
        new = self.gru(reading.flatten(0, 1), slots.flatten(0, 1))
        new = new.view_as(slots)
        return new + self.mlp(self.norm_mlp(new))

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Bind a feature map.

        Args:
            features: Feature maps (B, C, h, w) of the encoder, finest first.

        Returns:
            (B, K, C) slots.
        """
        tokens = self.tokens(features[self.in_index])
        slots, _ = list(self.iterate(tokens))[-1]
        return slots
