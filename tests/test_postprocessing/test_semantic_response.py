import pytest
import torch

from mmmotion.postprocessing import semantic_overlap, semantic_similarity


def scene():
    """An object of 4 x 5 among 10 x 10, and the mask of a part of it."""
    features = torch.zeros(2, 10, 10)
    features[0] = 1
    features[:, 3:7, 2:7] = torch.tensor([0.0, 2.0])[:, None, None]
    mask = torch.zeros(1, 10, 10)
    mask[:, 3:7, 2:5] = 0.9
    return features, mask


def test_similarity_is_the_cosine_with_the_mean_feature():
    features, mask = scene()
    weak = torch.full_like(mask, 0.2)
    cosine = semantic_similarity(features, torch.cat([mask, weak, 0 * mask]))
    # The mean of 80 pixels (1, 0) and 20 pixels (0, 2) is (0.8, 0.4).
    assert cosine[0, 4, 4] == 1 and cosine[0, 0, 0] == 0
    torch.testing.assert_close(cosine[1, 0, 0], torch.tensor(0.8 / 0.8**0.5))
    torch.testing.assert_close(cosine[1, 4, 4], torch.tensor(0.4 / 0.8**0.5))
    assert (cosine[2] == 0).all()


def test_overlap_is_that_of_the_mask_and_what_looks_like_it():
    features, mask = scene()
    masks = torch.cat([mask, 0.5 * mask, 0 * mask])
    scores = semantic_overlap(features, masks)
    # 12 of 20 pixels; a mask below 0.5 has no pixel.
    torch.testing.assert_close(scores.tolist(), [0.6, 0.0, 0.0])


@pytest.mark.parametrize(
    'limit, expected', [((0.4, 0.5), 0.6), ((0.3, 1), 0.0), ((1, 0.4), 0.0)]
)
def test_what_is_too_high_or_too_wide_is_no_object(limit, expected):
    score = semantic_overlap(*scene(), max_extent=limit)
    assert score.item() == pytest.approx(expected)


def test_scattered_likeness_counts_with_its_box():
    features, mask = scene()
    features[:, 0, 0] = features[:, 9, 9] = torch.tensor([0.0, 1.0])
    assert semantic_overlap(features, mask).item() == 0
    assert semantic_overlap(features, mask, max_extent=(1, 1)).item() > 0.5
