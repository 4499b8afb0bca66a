import numpy as np
import pytest
import torch

from mmmotion.postprocessing.crf import ExactKernel, PermutohedralLattice
from mmmotion.postprocessing.crf import permutohedral as module
from mmmotion.postprocessing.crf.splatting import torch_splatting


def features(d, count=60, spread=3.0, batch=1, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return spread * torch.randn(batch, d, count, generator=generator)


def place(point):
    """Corners and weights of one point, as the paper finds them."""
    d = len(point)
    scaled = [
        x * np.sqrt(2 / 3) * (d + 1) / np.sqrt((i + 1) * (i + 2))
        for i, x in enumerate(point)
    ]
    y = [sum(scaled)]
    for i in range(1, d + 1):
        y.append(sum(scaled[i:]) - i * scaled[i - 1])
    y = np.array(y)
    nearest = np.rint(y / (d + 1)).astype(int) * (d + 1)
    excess = nearest.sum() // (d + 1)
    order = np.argsort(-(y - nearest), kind='stable')
    rank = np.empty(d + 1, dtype=int)
    rank[order] = np.arange(d + 1)
    rank += excess
    nearest[rank < 0] += d + 1
    nearest[rank > d] -= d + 1
    rank %= d + 1
    rest = (y - nearest)[np.argsort(rank)] / (d + 1)
    weights = np.empty(d + 1)
    weights[0] = 1 - rest[0] + rest[-1]
    weights[1:] = (rest[:-1] - rest[1:])[::-1]
    corners = [
        tuple(nearest + r - (d + 1) * (rank > d - r)) for r in range(d + 1)
    ]
    return corners, weights


def slow_filter(points, values):
    """Splat, blur and slice with dictionaries."""
    d = len(points[0])
    placed = [place(point) for point in points]
    lattice = {}
    for (corners, weights), value in zip(placed, values):
        for corner, weight in zip(corners, weights):
            lattice[corner] = lattice.get(corner, 0) + weight * value
    for axis in range(d + 1):
        step = np.ones(d + 1, dtype=int)
        step[axis] = -d
        lattice = {
            key: value / 2 + sum(
                lattice.get(tuple(np.array(key) + sign * step), 0)
                for sign in (-1, 1)
            ) / 4
            for key, value in lattice.items()
        }
    filtered = [
        sum(w * lattice[c] for c, w in zip(*found)) for found in placed
    ]
    return np.array(filtered), len(lattice)


@pytest.mark.parametrize('spread', [0.5, 4.0])
@pytest.mark.parametrize('d', [1, 2, 3, 5])
def test_equals_the_lattice_of_the_paper(d, spread):
    points = features(d, spread=spread)
    values = torch.randn(1, 60)
    lattice = PermutohedralLattice(points)
    expected, num_points = slow_filter(points[0].T.numpy(), values[0].numpy())
    assert lattice.num_points == num_points
    np.testing.assert_allclose(
        lattice(values)[0], expected, rtol=1e-4, atol=1e-5
    )


def test_approximates_the_gaussian():
    row, column = torch.meshgrid(
        torch.arange(30.0), torch.arange(40.0), indexing='ij'
    )
    points = torch.stack([column.flatten(), row.flatten()])[None] / 5
    values = torch.rand(1, 1200)
    means = [
        kernel(values) / kernel(torch.ones_like(values))
        for kernel in (PermutohedralLattice(points), ExactKernel(points))
    ]
    error = (means[0] - means[1]).abs()
    assert error.mean() < 0.005
    assert error.max() < 0.05


def test_every_channel_is_filtered_alone():
    lattice = PermutohedralLattice(features(3))
    values = torch.randn(3, 60)
    together = lattice(values)
    for channel, filtered in zip(values, together):
        torch.testing.assert_close(lattice(channel[None])[0], filtered)


def test_samples_of_a_batch_do_not_see_one_another():
    points = features(2, batch=3)
    points[2] = points[0]
    values = torch.randn(1, 180)
    together = PermutohedralLattice(points)(values).view(3, 60)
    for sample, own, filtered in zip(points, values.view(3, 1, 60), together):
        alone = PermutohedralLattice(sample[None])(own)[0]
        torch.testing.assert_close(alone, filtered)


def test_points_do_not_depend_on_the_size_of_a_step(monkeypatch):
    points, values = features(5, count=200), torch.randn(1, 200)
    expected = PermutohedralLattice(points)(values)
    monkeypatch.setattr(module, '_CPU_CHUNK', 33)
    torch.testing.assert_close(PermutohedralLattice(points)(values), expected)


def test_wide_features_need_larger_keys():
    narrow, values = features(5), torch.randn(1, 60)
    # One far point: the keys no longer fit into 32 bits, and nothing else
    # changes.
    far = torch.cat([narrow, torch.full((1, 5, 1), 1e3)], dim=2)
    filtered = PermutohedralLattice(far)(torch.cat([values, values[:, :1]], 1))
    torch.testing.assert_close(
        filtered[:, :60],
        PermutohedralLattice(narrow)(values)
    )


def test_the_way_of_a_gpu_gives_the_same(monkeypatch):
    """The parts that replace numpy and scipy on another device."""
    points, values = features(4, batch=2), torch.randn(2, 120)
    expected = PermutohedralLattice(points)(values)
    monkeypatch.setattr(module, 'scipy_splatting', torch_splatting)
    monkeypatch.setattr(module, '_merge_matches', module._search_matches)
    torch.testing.assert_close(PermutohedralLattice(points)(values), expected)


@pytest.mark.parametrize(
    'points, message',
    [
        (torch.zeros(2, 60), r'\(B, d, N\).*\(2, 60\)'),
        (torch.zeros(1, 8, 60), r'd in 1\.\.7.*\(1, 8, 60\)'),
        (torch.zeros(1, 2, 0), 'no points'),
        (torch.full((1, 2, 3), torch.nan), 'finite'),
        (torch.tensor([[[0, 1e5]] * 5]), 'larger deviations'),
    ],
)
def test_rejects_impossible_features(points, message):
    with pytest.raises(ValueError, match=message):
        PermutohedralLattice(points)
