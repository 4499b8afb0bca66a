"""Time, memory and accuracy of the polynomial fit against a per-region QR.

The reference is the solver of the released GWM code: one thin QR over all
pixels per sample and region, in float32. Both run the quadratic fit and the
reconstruction loss forward and backward, and are compared with the same QR in
float64.
"""

import argparse
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.profiler import ProfilerActivity, profile

from mmmotion.flow.polynomial import MONOMIALS, unit_coordinates
from mmmotion.models.losses import FlowReconstructionLoss
from mmmotion.models.motion_models import QuadraticMotion

_Objective = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def parse_args(args: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--size', type=int, nargs=2, default=(480, 854))
    parser.add_argument('--num-groups', type=int, default=4)
    parser.add_argument('--batch-size', type=int, default=2)
    parser.add_argument('--repeats', type=int, default=5)
    parser.add_argument('--device', default='cpu')
    return parser.parse_args(args)


def make_inputs(options: argparse.Namespace) -> tuple[Tensor, Tensor]:
    """Masks of smooth blobs and a flow with one motion per blob."""
    h, w = options.size
    generator = torch.Generator().manual_seed(0)
    shape = (options.batch_size, options.num_groups, 2)
    centres = 1.4 * torch.rand(shape, generator=generator) - 0.7
    y = unit_coordinates(h, torch.float32)[:, None]
    x = unit_coordinates(w, torch.float32)
    distance = torch.hypot(
        x - centres[..., 0, None, None], y - centres[..., 1, None, None]
    )
    logits = -4 * distance
    motion = torch.randn((*shape, 1, 1), generator=generator)
    flow = (4 * logits.softmax(1)[:, :, None] * motion).sum(1)
    flow += 0.5 * torch.randn(flow.shape, generator=generator)
    return logits.softmax(1).to(options.device), flow.to(options.device)


def moments_objective(masks: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    """Flow and loss by the toolbox."""
    fit = QuadraticMotion()(masks, flow)
    return fit.flow, FlowReconstructionLoss()(fit, flow, masks)


def qr_objective(masks: Tensor, flow: Tensor) -> tuple[Tensor, Tensor]:
    """Flow and loss by a thin QR per region, coordinates from 0 to 1."""
    h, w = flow.shape[-2:]
    y = torch.arange(h, dtype=flow.dtype, device=flow.device) / h
    x = torch.arange(w, dtype=flow.dtype, device=flow.device) / w
    y, x = torch.meshgrid(y, x, indexing='ij')
    basis = torch.stack([(x**i * y**j).flatten() for i, j in MONOMIALS], 1)
    blended = []
    for sample_masks, sample_flow in zip(masks, flow):
        target = sample_flow.flatten(1).T
        fitted = torch.zeros_like(target)
        for mask in sample_masks.flatten(1):
            design = mask[:, None] * basis
            q, r = torch.linalg.qr(design)
            moment = q.T @ (mask[:, None] * target)
            theta = torch.linalg.solve_triangular(r, moment, upper=True)
            fitted = fitted + design @ theta
        blended.append(fitted.T.reshape(2, h, w))
    result = torch.stack(blended)
    return result, 0.03 * ((flow - result)**2).mean()


def run(objective: _Objective, masks: Tensor,
        flow: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Flow, loss and gradient of the masks."""
    masks = masks.detach().requires_grad_()
    fitted, loss = objective(masks, flow)
    loss.backward()
    assert masks.grad is not None
    return fitted.detach(), loss.detach(), masks.grad


def measure_times(
    objectives: dict[str, _Objective], masks: Tensor, flow: Tensor,
    repeats: int
) -> dict[str, tuple[float, float]]:
    """Least wall and processor seconds of forward and backward of each.

    The least of several is what other programs on the machine disturb least,
    and turns make sure that a disturbance meets all alike.
    """
    times: dict[str, list[tuple[float, float]]] = {n: [] for n in objectives}
    for _ in range(repeats + 1):
        for name, objective in objectives.items():
            start = time.perf_counter(), time.process_time()
            run(objective, masks, flow)
            if masks.is_cuda:
                torch.cuda.synchronize()
            times[name].append((
                time.perf_counter() - start[0],
                time.process_time() - start[1],
            ))
    return {
        name: (min(wall), min(processor))
        for name, pairs in times.items()
        for wall, processor in [zip(*pairs)]
    }


def measure_memory(
    objective: _Objective, masks: Tensor, flow: Tensor
) -> float:
    """MiB at the highest point above what was there before the call.

    On a GPU that is the allocator's own count. On a CPU the profiler's
    allocations and releases are added up in their order; it sees what torch
    allocates, gradients included, but not the work space that
    LAPACK takes for itself.
    """
    if masks.is_cuda:
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        run(objective, masks, flow)
        return (torch.cuda.max_memory_allocated() - before) / 2**20
    with profile(activities=[ProfilerActivity.CPU],
                 profile_memory=True) as profiler:
        run(objective, masks, flow)
    timeline = profiler.profiler.kineto_results.events()
    changes = sorted((event.start_ns(), event.nbytes()) for event in timeline
                     if event.name() == '[memory]')
    current = peak = 0
    for _, change in changes:
        current += change
        peak = max(peak, current)
    return peak / 2**20


def main(args: list[str] | None = None) -> None:
    """Print one line per solver."""
    options = parse_args(args)
    masks, flow = make_inputs(options)
    exact = run(qr_objective, masks.double(), flow.double())
    h, w = options.size
    print(
        f'B={options.batch_size} K={options.num_groups} {h}x{w} '
        f'{options.device}, {torch.get_num_threads()} threads, '
        'errors against QR in float64'
    )
    print(
        'solver          wall s   CPU s  extra MiB   flow max   loss rel'
        '   grad rel'
    )
    objectives = {
        'moments': moments_objective,
        'per-region QR': qr_objective,
    }
    times = measure_times(objectives, masks, flow, options.repeats)
    for name, objective in objectives.items():
        wall, processor = times[name]
        memory = measure_memory(objective, masks, flow)
        fitted, loss, grad = run(objective, masks, flow)
        flow_error = (fitted - exact[0]).abs().max()
        loss_error = (loss / exact[1] - 1).abs()
        grad_error = (grad - exact[2]).abs().max() / exact[2].abs().max()
        print(
            f'{name:<14} {wall:7.3f} {processor:7.3f} {memory:10.1f} '
            f'{flow_error:10.2e} {loss_error:10.2e} {grad_error:10.2e}'
        )
    fast, slow = (times[name][0] for name in objectives)
    print(f'moments are {slow / fast:.1f} times faster')


if __name__ == '__main__':
    main()
