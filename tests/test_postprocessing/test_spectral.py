import pytest
import torch
import torch.nn.functional as F

from mmmotion.postprocessing.spectral import (
    segment_descriptors,
    spectral_bipartition,
    spectral_merge,
)


@pytest.fixture(scope='module')
def merge_arrays(golden):
    _, arrays = golden('gwm_merge.npz')
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def case_of(arrays, case):
    return arrays[f'{case}_features'][0], arrays[f'{case}_masks'][0]


def test_segment_without_mass_does_not_become_a_group(merge_arrays):
    features, masks = case_of(merge_arrays, 'empty4')
    merged, labels = spectral_merge(features, masks)
    present = masks.flatten(1).mean(dim=1) > 1e-6
    assert set(labels[present].tolist()) == {0, 1}
    assert merged.flatten(1).mean(dim=1).min() > 1e-6
    torch.testing.assert_close(merged.sum(dim=0), masks.sum(dim=0))


def test_groups_do_not_swap_with_an_all_but_empty_segment():
    features = torch.tensor([[[1.0, 1.0, 0.0, 0.0]], [[0.0, 0.0, 1.0, 1.0]]])
    background, rest = [0.97, 0.97, 0.97, 0.01], [0.01, 0.01, 0.01, 0.98]
    for empty in ([0.02, 0, 0, 0], [0, 0, 0, 0.02]):
        masks = torch.tensor([[empty], [background], [rest]])
        groups, labels = spectral_merge(features, masks)
        assert labels[1:].tolist() == [0, 1]
        torch.testing.assert_close(groups.sum(dim=0), masks.sum(dim=0))


def test_two_cliques_are_separated():
    affinity = torch.full((5, 5), 0.05)
    for members in ([0, 2], [1, 3, 4]):
        for i in members:
            affinity[i, members] = 0.9
    labels = spectral_bipartition(affinity)
    assert labels.tolist() == [0, 1, 0, 1, 1]


def test_diagonal_is_ignored():
    affinity = torch.rand(6, 6, generator=torch.Generator().manual_seed(0))
    affinity = affinity + affinity.T
    other = affinity + torch.diag(torch.arange(6.0) * 10)
    assert torch.equal(
        spectral_bipartition(affinity), spectral_bipartition(other)
    )


@pytest.mark.parametrize('count', [1, 2])
def test_few_segments(count):
    labels = spectral_bipartition(torch.ones(count, count))
    assert labels.tolist() == list(range(count))


def test_descriptor_is_the_weighted_mean():
    features = torch.tensor([[[1.0, 5.0]]])
    masks = torch.tensor([[[0.75, 0.25]], [[0.0, 0.0]]])
    torch.testing.assert_close(
        segment_descriptors(features, masks), torch.tensor([[2.0], [0.0]])
    )


@pytest.mark.parametrize('grid', [(3, 5), (1, 1), (16, 21)])
def test_features_of_any_size_count_as_if_they_were_resized(grid):
    features = torch.randn(6, *grid)
    masks = torch.randn(4, 11, 17).softmax(dim=0)
    resized = F.interpolate(
        features[None], size=(11, 17), mode='bilinear', align_corners=False
    )[0]
    torch.testing.assert_close(
        segment_descriptors(features, masks),
        segment_descriptors(resized, masks),
    )


def test_rejects_a_matrix_that_is_not_square():
    with pytest.raises(ValueError, match=r'must be \(K, K\)'):
        spectral_bipartition(torch.zeros(2, 3))
