import pytest
import torch
import torch.nn.functional as F

from mmmotion.postprocessing import propagate_labels


def slow_propagate(target, sources, labels, radius, top_k):
    """All cells against all cells, in float64."""
    h, w = target.shape[1:]
    rows = torch.arange(h).repeat_interleave(w)
    columns = torch.arange(w).repeat(h)
    near = ((rows[:, None] - rows).abs()
            <= radius) & ((columns[:, None] - columns).abs() <= radius)
    query = F.normalize(target.flatten(1).double(), dim=0)
    parts = []
    for source in sources:
        key = F.normalize(source.flatten(1).double(), dim=0)
        parts.append((query.mT @ key / 0.1).exp() * near)
    weights = torch.cat(parts, dim=1)
    last = weights.topk(top_k, dim=1).values[:, -1:]
    weights = torch.where(weights < last, 0, weights)
    weights = weights / weights.sum(dim=1, keepdim=True)
    values = torch.cat([label.flatten(1) for label in labels], dim=1)
    return (values.double() @ weights.mT).unflatten(1, (h, w)).float()


@pytest.mark.parametrize(
    'size, radius, top_k', [
        ((9, 20), 2, 5),
        ((8, 8), 12, 3),
        ((21, 5), 3, 9),
        ((3, 3), 1, 4),
    ]
)
def test_equals_the_dense_comparison(size, radius, top_k):
    features = torch.randn(4, 6, *size)
    labels = list(torch.rand(3, 2, *size))
    settings = dict(radius=radius, top_k=top_k)
    found = propagate_labels(
        features[0], list(features[1:]), labels, **settings
    )
    expected = slow_propagate(
        features[0], list(features[1:]), labels, **settings
    )
    torch.testing.assert_close(found, expected)


def test_all_cells_that_are_equally_alike_count():
    alike = torch.ones(2, 1, 5)
    labels = torch.arange(5.0).view(1, 1, 5)
    found = propagate_labels(alike, [alike], [labels], radius=1, top_k=1)
    assert found.flatten().tolist() == [0.5, 1, 2, 3, 3.5]


def test_cells_far_away_do_not_count():
    features = torch.eye(6)[:, None]  # each cell is like itself alone
    labels = torch.zeros(1, 1, 6)
    labels[..., 5] = 1
    moved = features.roll(3, dims=2)  # cell 2 is what cell 5 was
    near = propagate_labels(moved, [features], [labels], radius=2, top_k=1)
    far = propagate_labels(moved, [features], [labels], radius=3, top_k=1)
    assert near[0, 0, 2] == 0
    assert far[0, 0, 2] == 1


def test_fewer_cells_than_asked_for_are_enough():
    features = torch.randn(2, 3, 1, 2)
    found = propagate_labels(
        features[0], [features[1]], [torch.ones(2, 1, 2)], top_k=5
    )
    torch.testing.assert_close(found, torch.ones(2, 1, 2))


def test_sources_need_labels():
    features = torch.rand(3, 2, 2)
    with pytest.raises(ValueError, match='1 sources and 0 label maps'):
        propagate_labels(features, [features], [])
    with pytest.raises(ValueError, match='0 sources'):
        propagate_labels(features, [], [])
