import math

import pytest
import torch
import torch.nn.functional as F

from mmmotion.postprocessing import (
    SimilarityGraph,
    normalized_cut,
    refine_by_cut,
)


def two_halves(size=(6, 8)):
    """Features that point up on the left and to the right elsewhere."""
    features = torch.zeros(2, *size)
    features[0, :, :4] = 3
    features[1, :, 4:] = 5
    mask = torch.zeros(1, *size)
    mask[:, :, :4] = 1
    return features, mask


def cut_slowly(masks, features, threshold, floor):
    """The definition, with the whole matrix of weights."""
    flat = F.normalize(features.double().flatten(1), dim=0)
    alike = flat.T @ flat > threshold
    weights = torch.where(alike, 1.0, floor).double()
    scores = []
    for x in masks.double().flatten(1):
        cut = (1 - x) @ weights @ x
        scores.append(
            cut / (weights @ x).sum() + cut / (weights @ (1 - x)).sum()
        )
    return torch.stack(scores)


@pytest.mark.parametrize('size', [(5, 7), (30, 40)])
def test_equals_the_definition(size):
    features = torch.randn(3, *size)
    masks = torch.rand(4, *size)
    graph = SimilarityGraph(features, 0.3, 1e-3)
    expected = cut_slowly(masks, features, 0.3, 1e-3)
    torch.testing.assert_close(
        normalized_cut(masks, graph), expected, rtol=1e-5, atol=0
    )


def test_the_border_of_alike_pixels_is_the_best_cut():
    features, mask = two_halves()
    graph = SimilarityGraph(features)
    assert graph.share == 0.5
    wider = mask.clone()
    wider[:, 0, 4] = 1
    masks = torch.cat([mask, 1 - mask, wider, mask / 2])
    scores = normalized_cut(masks, graph)
    # Half of the pairs weigh 1e-5 instead of 1, in either direction.
    floor = 2 * 1e-5 / (1 + 1e-5)
    assert scores[0].item() == pytest.approx(floor, rel=1e-4)
    torch.testing.assert_close(scores[0], scores[1])
    assert 10 * scores[0] < scores[2] < scores[3]


def test_a_mask_that_parts_nothing_has_no_score():
    features, mask = two_halves()
    masks = torch.cat([0 * mask, 0 * mask + 1, mask])
    scores = normalized_cut(masks, SimilarityGraph(features)).tolist()
    assert [math.isnan(score) for score in scores] == [True, True, False]


def test_refinement_finds_the_border_from_a_rough_mask():
    features, mask = two_halves()
    graph = SimilarityGraph(features)
    rough = 0.5 + 0.2 * (mask - 0.5)
    rough[:, 0] = 0.5
    masks = torch.cat([rough, 1 - rough])
    refined = refine_by_cut(masks, graph)
    torch.testing.assert_close(refined, torch.cat([mask, 1 - mask]))
    assert torch.equal(refine_by_cut(masks[1:], graph), refined[1:])
    assert not refined.requires_grad
    assert torch.equal(refine_by_cut(masks, graph, num_steps=0), masks)
