"""Time of one training iteration of Motion Grouping against plain torch.

The plain network is the published one, layer by layer, in the modules of
torch. Both start from the same weights and compute reconstruction, entropy and
consistency of the same pairs, forward and backward, and one step of Adam. They
take turns, so that other programs on the machine disturb both alike.
"""

import argparse
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.convert import convert_state_dict
from mmmotion.registry import MODELS

_WIDTHS = (64, 128, 256)


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--size', type=int, nargs=2, default=(128, 224))
    parser.add_argument('--num-pairs', type=int, default=2)
    parser.add_argument('--num-slots', type=int, default=2)
    parser.add_argument('--widths', type=int, nargs=3, default=_WIDTHS)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--num-threads', type=int, default=1)
    parser.add_argument('--device', default='cpu')
    return parser.parse_args(args)


def _block(conv: nn.Module, channels: int) -> list[nn.Module]:
    return [conv, nn.InstanceNorm2d(channels, affine=True), nn.ReLU()]


def _conv(i: int, o: int) -> list[nn.Module]:
    return _block(nn.Conv2d(i, o, 5, padding=2), o)


def _up(i: int, o: int) -> list[nn.Module]:
    return _block(nn.ConvTranspose2d(i, o, 5, 2, 2, output_padding=1), o)


def _mlp(width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width)
    )


class PlainPosition(nn.Module):
    """Add a linear map of the coordinates."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.proj = nn.Linear(4, width)

    def forward(self, x: Tensor) -> Tensor:
        """Encode the cells (B, h, w, C)."""
        h, w = x.shape[1:3]
        y, x_axis = torch.meshgrid(
            torch.linspace(0, 1, h, device=x.device),
            torch.linspace(0, 1, w, device=x.device),
            indexing='ij',
        )
        grid = torch.stack([y, x_axis, 1 - y, 1 - x_axis], dim=-1)
        return x + self.proj(grid.to(x.dtype))


class PlainAttention(nn.Module):
    """Slot attention with learned first slots."""

    def __init__(self, num_slots: int, width: int, num_iters: int = 5) -> None:
        super().__init__()
        self.num_iters = num_iters
        self.norm_input = nn.LayerNorm(width)
        self.norm_slots = nn.LayerNorm(width)
        self.norm_pre_ff = nn.LayerNorm(width)
        self.slots_embedding = nn.Embedding(num_slots, width)
        self.project_q = nn.Linear(width, width)
        self.project_k = nn.Linear(width, width)
        self.project_v = nn.Linear(width, width)
        self.gru = nn.GRUCell(width, width)
        self.mlp = _mlp(width)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Slots (B, K, C) after each iteration from tokens (B, N, C)."""
        width = x.shape[-1]
        x = self.norm_input(x)
        key, value = self.project_k(x), self.project_v(x)
        slots = self.slots_embedding.weight.expand(len(x), -1, -1)
        trace = []
        for _ in range(self.num_iters):
            query = self.project_q(self.norm_slots(slots))
            logits = query @ key.transpose(1, 2) / width**0.5
            share = logits.softmax(dim=1) + 1e-8
            update = (share / share.sum(dim=-1, keepdim=True)) @ value
            new = self.gru(update.reshape(-1, width), slots.reshape(-1, width))
            slots = new.view_as(slots)
            slots = slots + self.mlp(self.norm_pre_ff(slots))
            trace.append(slots)
        return trace


class PlainNetwork(nn.Module):
    """The network of Motion Grouping in the names of its release."""

    def __init__(
        self,
        num_slots: int = 2,
        channels: int = 3,
        widths: tuple[int, ...] = _WIDTHS,
    ) -> None:
        super().__init__()
        a, b, c = widths
        self.encoder_cnn = nn.Sequential(
            *_conv(channels, a), *_conv(a, a), nn.MaxPool2d(2, ceil_mode=True),
            *_conv(a, b), *_conv(b, b), nn.MaxPool2d(2), *_conv(b, c),
            *_conv(c, c)
        )
        self.encoder_pos = PlainPosition(c)
        self.decoder_pos = PlainPosition(c)
        self.layer_norm = nn.LayerNorm(c)
        self.mlp = _mlp(c)
        self.slot_attention = PlainAttention(num_slots, c)
        self.decoder_cnn = nn.Sequential(
            *_up(c, a), *_up(a, a), *_up(a, a), *_conv(a, a),
            nn.Conv2d(a, channels + 1, 5, padding=2)
        )

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Layers (B, K, C, H, W), masks (B, K, 1, H, W) and all slots."""
        h, w = images.shape[-2:]
        cells = self.encoder_cnn(images).permute(0, 2, 3, 1)
        tokens = self.encoder_pos(cells).flatten(1, 2)
        trace = self.slot_attention(self.mlp(self.layer_norm(tokens)))
        slots = trace[-1].flatten(0, 1)[:, None, None]
        grid = self.decoder_pos(slots.repeat(1, h // 8, w // 8, 1))
        maps = self.decoder_cnn(grid.permute(0, 3, 1, 2))
        maps = maps.view(len(images), -1, *maps.shape[1:])
        return maps[:, :, :-1], maps[:, :, -1:].softmax(dim=1), trace


def plain_losses(images: Tensor, layers: Tensor,
                 masks: Tensor) -> dict[str, Tensor]:
    """The three terms with the weights of the first iterations."""
    recon = F.mse_loss((masks * layers).sum(dim=1), images)
    entropy = -(masks * (masks + 1e-5).log()).sum(dim=1).mean()
    first, second = masks[::2, :, 0], masks[1::2, :, 0]
    cost = (first[:, :, None] - second[:, None]).square().mean(dim=(-2, -1))
    consistency = cost.flatten(1).min(dim=1).values.mean()
    return dict(
        loss_recon=100 * recon,
        loss_entropy=0.01 * entropy,
        loss_consistency=0.01 * consistency,
    )


def make_models(options: argparse.Namespace) -> tuple[nn.Module, nn.Module]:
    """The plain network and a segmentor with the same weights."""
    widths = tuple(options.widths)
    plain = PlainNetwork(options.num_slots, widths=widths)
    ours = MODELS.build(
        dict(
            type='mmmotion.MG',
            encoder=dict(type='mmmotion.VGGEncoder', channels=widths),
            binding=dict(
                type='mmmotion.SlotAttention',
                in_channels=widths[-1],
                num_slots=options.num_slots,
            ),
            decoder=dict(
                type='mmmotion.SlotDecoder',
                in_channels=widths[-1],
                channels=[widths[0]] * 3,
            ),
            loss_recon=dict(type='mmmotion.ReconstructionLoss'),
            loss_entropy=dict(type='mmmotion.EntropyLoss'),
            loss_consistency=dict(type='mmmotion.MaskConsistencyLoss'),
        )
    )
    ours.load_state_dict(convert_state_dict('mg', plain.state_dict()))
    return plain.to(options.device), ours.to(options.device)


def make_flows(options: argparse.Namespace) -> Tensor:
    """Pairs (P, 2, 2, h, w) of smooth flows, one twice as fast."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(options.num_pairs, 2, 5, 7, generator=generator)
    flow = 4 * F.interpolate(coarse, tuple(options.size), mode='bicubic')
    noise = torch.randn(flow.shape, generator=generator)
    return torch.stack([flow, 2 * flow + 0.3 * noise], 1).to(options.device)


def plain_objective(network: nn.Module,
                    images: Tensor) -> Callable[[], dict[str, Tensor]]:
    """Losses of the plain network."""
    return lambda: plain_losses(images, *network(images)[:2])


def run(
    model: nn.Module, objective: Callable[[], dict[str, Tensor]]
) -> tuple[Tensor, dict[str, Tensor]]:
    """Total loss, and gradients in the names of the segmentor."""
    model.zero_grad()
    total = torch.stack(list(objective().values())).sum()
    total.backward()
    grads = {name: p.grad for name, p in model.named_parameters()}
    if isinstance(model, PlainNetwork):
        grads = convert_state_dict('mg', grads)
    return total.detach(), grads


def gradient_error(
    found: dict[str, Tensor], expected: dict[str, Tensor]
) -> float:
    """Largest error of a gradient relative to the largest gradient.

    Biases before a norm have no gradient but rounding, so errors are not
    relative to each gradient's own size.
    """
    largest = max(float(value.norm()) for value in expected.values())
    return max(
        float((found[name] - value).norm()) / largest
        for name, value in expected.items()
    )


def measure(models: dict[str, tuple[nn.Module, Callable]],
            repeats: int) -> dict[str, tuple[float, float]]:
    """Least wall and processor seconds of one iteration of each model."""
    steps = {
        name: torch.optim.Adam(model.parameters(), 5e-4)
        for name, (model, _) in models.items()
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in models}
    for _ in range(repeats + 1):
        for name, (model, objective) in models.items():
            start = time.perf_counter(), time.process_time()
            run(model, objective)
            steps[name].step()
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            times[name].append((
                time.perf_counter() - start[0],
                time.process_time() - start[1],
            ))
    return {
        name: (
            min(wall for wall, _ in values[1:]),
            min(cpu for _, cpu in values[1:]),
        )
        for name, values in times.items()
    }


def main(args: list[str] | None = None) -> None:
    """Print one line per implementation."""
    options = parse_args(args)
    torch.set_num_threads(options.num_threads)
    torch.manual_seed(0)
    plain, ours = make_models(options)
    flows = make_flows(options)
    images = ours.flow_encoding(flows).flatten(0, 1)
    models = {
        'plain torch': (plain, plain_objective(plain, images)),
        'toolbox': (ours, lambda: ours.loss(dict(flows=flows), [])),
    }
    (expected, expected_grads
     ), (found, found_grads) = (run(*model) for model in models.values())
    h, w = options.size
    print(
        f'{options.num_pairs} pairs K={options.num_slots} {h}x{w} '
        f'{options.device}, {torch.get_num_threads()} threads, torch '
        f'{torch.__version__}'
    )
    print(
        f'loss rel {float(abs(found / expected - 1)):.1e}, gradient rel '
        f'{gradient_error(found_grads, expected_grads):.1e}'
    )
    times = measure(models, options.repeats)
    print('implementation   wall s    CPU s')
    for name, (wall, cpu) in times.items():
        print(f'{name:<14} {wall:8.3f} {cpu:8.3f}')
    (wall, cpu), (our_wall, our_cpu) = times.values()
    print(f'faster by      {wall / our_wall:8.2f} {cpu / our_cpu:8.2f}')


if __name__ == '__main__':
    main()
