"""Time of one training iteration of IMAS against plain torch.

The plain network is that of the released RCF, heads and motion model layer by
layer in the modules of torch; the encoder is the same. Both start from the
same weights, without dropout, and compute the loss of the same pairs, forward
and backward, and one step of Adam. They take turns, so that other programs on
the machine disturb both alike.
"""

import argparse
import time

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.models.segmentors import IMAS
from mmmotion.registry import MODELS

_LAMBDA = 10.0


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--size', type=int, nargs=2, default=(192, 336))
    parser.add_argument('--num-pairs', type=int, default=1)
    parser.add_argument('--depth', type=int, default=50)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--num-threads', type=int, default=1)
    parser.add_argument('--device', default='cpu')
    return parser.parse_args(args)


def make_model(depth: int) -> IMAS:
    """The segmentor of the release."""
    head = dict(num_convs=2, dilation=6, norm=dict(type='BN'))
    widths = (64, 512) if depth < 50 else (256, 2048)
    return MODELS.build(
        dict(
            type='mmmotion.IMAS',
            encoder=dict(
                type='mmmotion.ResNetEncoder',
                depth=depth,
                strides=(1, 2, 1, 1),
                dilations=(1, 1, 2, 4),
                contract_dilation=True,
            ),
            head=dict(
                type='mmmotion.FCNHead',
                in_channels=widths,
                in_index=(0, 3),
                **head,
            ),
            num_groups=4,
            motion_model=dict(
                type='mmmotion.ResidualMotion',
                base=dict(
                    type='mmmotion.ConstantMotion',
                    weighting='linear',
                    pooling_channels=64,
                ),
                head=dict(
                    type='mmmotion.PairHead', in_channels=widths[1], **head
                ),
            ),
            loss_recon=dict(
                type='mmmotion.FlowReconstructionLoss',
                norm='l1',
                loss_weight=1.0,
            ),
            rescale_flow=False,
            max_flow=20.0,
        )
    )


def _plain_head(widths: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in (widths, 256):
        conv = nn.Conv2d(width, 256, 3, padding=6, dilation=6, bias=False)
        layers += [conv, nn.BatchNorm2d(256), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(256, outputs, 1))


class PlainModel(nn.Module):
    """The release as its description says, one direction after the other.

    Args:
        model: Segmentor whose encoder and weights are taken.
    """

    def __init__(self, model: IMAS) -> None:
        super().__init__()
        merged, deep = model.head, model.motion_model.head.head
        pooling = model.motion_model.base.pooling
        self.encoder = model.encoder
        first = merged.convs[0].conv.in_channels
        self.head = _plain_head(first, merged.num_groups)
        self.residual = _plain_head(
            deep.convs[0].conv.in_channels, deep.num_groups
        )
        self.before, self.after = pooling.before, pooling.after
        for plain, ours in ((self.head, merged), (self.residual, deep)):
            plain.load_state_dict(
                dict(zip(plain.state_dict(),
                         ours.state_dict().values()))
            )

    def forward(self, frames: Tensor, flows: Tensor) -> Tensor:
        """Loss of first frames, then second ones, and the flows of each."""
        fine, *_, deep = self.encoder(frames)
        size = fine.shape[-2:]
        merged = torch.cat([fine, _resize(deep, size)], dim=1)
        masks = self.head(merged).softmax(dim=1)
        pair = torch.cat(deep.chunk(2), dim=1)
        values = _resize(self.residual(pair), size).chunk(2, dim=1)
        loss = torch.zeros((), device=frames.device)
        for mask, flow, value in zip(masks.chunk(2), flows.chunk(2), values):
            target = _resize(flow, size).clamp(-20, 20)
            mapped = self.before(target)
            shares = mask / mask.sum(dim=(2, 3), keepdim=True)
            pooled = torch.einsum('bkhw,bchw->bkc', shares, mapped)
            constant = torch.einsum('bkhw,bkc->bchw', mask, self.after(pooled))
            bounded = _LAMBDA * torch.tanh(value / 10)
            residual = (bounded.unflatten(1, (2, -1)) * mask[:, None]).sum(2)
            loss = loss + F.l1_loss(constant + residual, target)
        return loss


def _resize(x: Tensor, size: torch.Size) -> Tensor:
    return F.interpolate(x, size, mode='bilinear', align_corners=False)


def measure(options: argparse.Namespace) -> dict[str, list[float]]:
    """Loss, and least wall and processor seconds of each implementation."""
    torch.manual_seed(0)
    device = torch.device(options.device)
    ours = make_model(options.depth).to(device).train()
    plain = PlainModel(make_copy(ours, options)).to(device).train()
    shape = options.num_pairs, 2
    frames = torch.randn(*shape, 3, *options.size, device=device)
    flows = 8 * torch.randn(*shape, 2, *options.size, device=device)
    joined = torch.cat(frames.unbind(1)), torch.cat(flows.unbind(1))
    inputs = dict(frames=frames, flows=flows)
    objectives = {
        'plain torch': (plain, lambda: plain(*joined)),
        'toolbox': (ours, lambda: ours.loss(inputs, [])['loss_recon']),
    }
    # The configs name the fused step.
    steps = {
        name: torch.optim.Adam(
            model.parameters(), 1e-4, weight_decay=1e-4, fused=model is ours
        )
        for name, (model, _) in objectives.items()
    }
    found: dict[str, list[list[float]]] = {name: [] for name in objectives}
    for _ in range(options.repeats + 1):
        for name, (_, objective) in objectives.items():
            start = time.perf_counter(), time.process_time()
            steps[name].zero_grad()
            loss = objective()
            loss.backward()
            steps[name].step()
            value = loss.item()
            wall = time.perf_counter() - start[0]
            found[name].append([value, wall, time.process_time() - start[1]])
    # The first iteration warms up, but both begin with the same weights.
    return {
        name: [rows[0][0], *map(min,
                                list(zip(*rows[1:]))[1:])]
        for name, rows in found.items()
    }


def make_copy(model: IMAS, options: argparse.Namespace) -> IMAS:
    """A model of its own with the same weights."""
    copy = make_model(options.depth)
    copy.load_state_dict(model.state_dict())
    return copy


def main(args: list[str] | None = None) -> None:
    """Print one line per implementation."""
    options = parse_args(args)
    torch.set_num_threads(options.num_threads)
    found = measure(options)
    h, w = options.size
    print(
        f'{options.num_pairs} pairs {h}x{w} {options.device}, '
        f'{torch.get_num_threads()} threads, torch {torch.__version__}'
    )
    print('implementation     loss   wall s    CPU s')
    for name, (loss, wall, cpu) in found.items():
        print(f'{name:<14} {loss:8.5f} {wall:8.3f} {cpu:8.3f}')
    (_, wall, cpu), (_, our_wall, our_cpu) = found.values()
    print(f'ratio          {"":8} {our_wall / wall:8.2f} {our_cpu / cpu:8.2f}')


if __name__ == '__main__':
    main()
