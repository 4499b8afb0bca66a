"""Several objects without names."""

from itertools import permutations

import numpy as np
import pytest

from mmmotion.evaluation.functional import (
    assign_objects,
    jaccard,
    match_objects,
    score_named_objects,
    score_pairs,
    score_unnamed_objects,
)


def video(*columns: int, frames: int = 3) -> np.ndarray:
    """One vertical bar of four pixels per object, in every frame."""
    masks = np.zeros((len(columns), frames, 20, 40), bool)
    for mask, column in zip(masks, columns):
        mask[:, 5:15, column:column + 4] = True
    return masks


def test_assignment_maximises_the_sum_rather_than_each_choice():
    scores = np.array([[0.9, 0.8], [0.7, 0.1]])
    assert assign_objects(scores).tolist() == [1, 0]


def test_assignment_is_the_best_of_all():
    rng = np.random.default_rng(0)
    for _ in range(20):
        scores = rng.random((5, 3))
        best = max(
            sum(scores[row, column] for column, row in enumerate(rows))
            for rows in permutations(range(5), 3)
        )
        chosen = assign_objects(scores)
        assert len(set(chosen)) == 3
        assert scores[chosen, range(3)].sum() == pytest.approx(best)


def test_fewer_rows_than_objects_are_refused():
    with pytest.raises(ValueError, match='at least as many proposals'):
        assign_objects(np.zeros((2, 3)))


def test_the_order_of_proposals_does_not_matter():
    objects = video(2, 12, 30)
    shuffled = objects[[2, 0, 1]]
    scores = score_unnamed_objects(shuffled, objects)
    assert scores.proposals.tolist() == [1, 2, 0]
    assert (scores.region == 1).all()
    assert (scores.boundary == 1).all()


def test_one_assignment_holds_for_the_whole_sequence():
    objects = video(2, 12)
    swapped = objects.copy()
    swapped[:, 2] = objects[::-1, 2]
    scores = score_unnamed_objects(swapped, objects)
    assert scores.region.tolist() == [[1, 1, 0], [1, 1, 0]]


def test_surplus_proposals_cost_nothing():
    objects = video(2, 12)
    scores = score_unnamed_objects(video(30, 12, 2, 20), objects)
    assert scores.region.mean() == 1


def test_a_missing_proposal_is_an_empty_mask():
    objects = video(2, 12)
    scores = score_unnamed_objects(video(12), objects)
    assert scores.proposals.tolist() == [1, 0]
    assert scores.region.tolist() == [[0, 0, 0], [1, 1, 1]]


def test_an_object_that_is_gone_is_found_by_an_empty_proposal():
    objects = video(2)
    objects[:, 1:] = False
    scores = score_unnamed_objects(objects[:0], objects)
    assert scores.region.tolist() == [[0, 1, 1]]


def test_void_is_left_out():
    objects, proposals = video(2), video(4)
    void = np.zeros((3, 20, 40), bool)
    void[:, :, 6:] = True
    expected = jaccard(proposals[0, 0], objects[0, 0], void[0])
    assert score_unnamed_objects(proposals, objects,
                                 void).region[0, 0] == expected == 0.5


def test_names_are_kept_where_they_are_known():
    objects = video(2, 12)
    scores = score_named_objects(objects[::-1], objects)
    assert (scores.region == 0).all()
    scores = score_named_objects(objects[:1], objects)
    assert scores.region.tolist() == [[1, 1, 1], [0, 0, 0]]


def test_too_many_named_proposals_are_refused():
    with pytest.raises(ValueError, match='each of the 1 objects, got 2'):
        score_named_objects(video(2, 12), video(2))


def test_more_than_twenty_proposals_are_refused():
    with pytest.raises(ValueError, match='at most 20 proposals, got 21'):
        score_unnamed_objects(np.zeros((21, 1, 4, 4), bool), video(2))


@pytest.mark.parametrize(
    'shape', [(1, 2, 20, 40), (1, 3, 20, 41), (3, 20, 40)]
)
def test_videos_of_two_shapes_are_refused(shape):
    with pytest.raises(ValueError, match='do not fit objects'):
        score_unnamed_objects(np.zeros(shape, bool), video(2))


def test_a_video_without_objects_is_refused():
    with pytest.raises(ValueError, match='expected objects of shape'):
        score_unnamed_objects(video(2), video(2)[:0])


def test_frames_one_by_one_give_the_same():
    rng = np.random.default_rng(0)
    proposals, objects = rng.random((2, 3, 4, 12, 16)) > 0.6
    void = rng.random((4, 12, 16)) > 0.9
    pairs = [
        score_pairs(proposals[:, t], objects[:2, t], void[t])
        for t in range(4)
    ]
    assert pairs[0].shape == (2, 3, 2)
    found = match_objects(np.stack(pairs, axis=-1))
    expected = score_unnamed_objects(proposals, objects[:2], void)
    for one, other in zip(found, expected):
        np.testing.assert_array_equal(one, other)
