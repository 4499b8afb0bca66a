from itertools import product

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmmotion.convert.reference import ReferenceArrays, check_reference


def merge_slowly(features, masks):
    """Affinity and labels of one frame, by trying all partitions.

    Features are enlarged to the masks, and the squares within the groups
    are taken over both eigenvectors.
    """
    features = F.interpolate(features[None], masks.shape[-2:], mode='bilinear')
    weight = (masks / masks.sum(dim=(-2, -1), keepdim=True)).double()
    vectors = torch.einsum('khw,chw->kc', weight, features[0].double()).numpy()
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    affinity = np.maximum(vectors @ vectors.T, 1e-6)
    graph = affinity - np.diag(np.diag(affinity))
    root = np.sqrt(graph.sum(axis=1))
    laplacian = np.eye(len(graph)) - graph / np.outer(root, root)
    points = np.linalg.eigh(laplacian)[1][:, :2] / root[:, None]

    def squares(labels):
        groups = [points[np.array(labels) == group] for group in (0, 1)]
        return sum(((g - g.mean(axis=0))**2).sum() for g in groups)

    candidates = [c for c in product((0, 1), repeat=len(masks)) if sum(c)]
    candidates = [c for c in candidates if not all(c)]
    return affinity, np.array(min(candidates, key=squares))


def other_file():
    """Two frames of another size, with features on a coarser grid."""
    features = torch.randn(2, 5, 6, 9) + 0.3
    masks = (3 * torch.randn(2, 5, 20, 31)).softmax(dim=1)
    found = [merge_slowly(*frame) for frame in zip(features, masks)]
    merged = np.stack([
        np.stack([mask[labels == g].sum(axis=0) for g in (0, 1)])
        for mask, (_, labels) in zip(masks.numpy(), found)
    ])
    return dict(
        a_features=features.numpy(),
        a_masks=masks.numpy(),
        a_affinity=np.stack([affinity for affinity, _ in found]),
        a_labels=np.stack([labels for _, labels in found]),
        a_merged=merged,
        a_binary=merged[:, 1] > 0.5,
    )


def test_every_case_equals_the_original(golden):
    arrays = ReferenceArrays(golden('gwm_merge.npz')[1])
    comparisons = check_reference('gwm-merge', {}, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 7 * 4
    assert arrays.unread == []


@pytest.mark.parametrize(
    'without', [(), ('a_labels', ), ('a_labels', 'a_merged')]
)
def test_other_sizes_are_compared_whatever_the_order_of_groups(without):
    arrays = other_file()
    for name in without:
        del arrays[name]
    comparisons = check_reference('gwm-merge', {}, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 4 - len(without)


def test_a_segment_in_the_wrong_group_fails():
    arrays = other_file()
    arrays['a_labels'][1, 2] ^= 1
    comparisons = check_reference('gwm-merge', {}, arrays)
    assert [c.name for c in comparisons if not c.passed] == ['a_labels']
