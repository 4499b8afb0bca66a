"""Scores of several objects whose names are not known."""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from .boundary import boundary_f
from .jaccard import jaccard

MAX_PROPOSALS = 20


class ObjectScores(NamedTuple):
    """Scores of the annotated objects of one sequence.

    Attributes:
        region: (O, T) region similarity J of each object and frame.
        boundary: (O, T) boundary accuracy F of each object and frame.
        proposals: (O,) index of the proposal that stands for each object, at
            least P where an empty mask does.
    """

    region: np.ndarray
    boundary: np.ndarray
    proposals: np.ndarray


def score_named_objects(
    proposals: np.ndarray,
    objects: np.ndarray,
    void: np.ndarray | None = None,
) -> ObjectScores:
    """Score objects against the proposals of the same index.

    Missing proposals are empty masks. This is the semi-supervised protocol of
    DAVIS-2017, which does not pass on the void pixels.

    Args:
        proposals: (P, T, H, W) bool predicted masks, P <= O.
        objects: (O, T, H, W) bool annotated masks.
        void: (T, H, W) bool pixels that are left out.

    Returns:
        J and F of each object and frame.

    Raises:
        ValueError: If there are more proposals than objects.
    """
    if len(proposals) > len(objects):
        raise ValueError(
            f'expected at most one proposal for each of the {len(objects)} '
            f'objects, got {len(proposals)}'
        )
    _check_videos(proposals, objects)
    filled = _fill(proposals, len(objects))
    scores = np.array([
        _score_video(one, other, void) for one, other in zip(filled, objects)
    ])
    return ObjectScores(scores[:, 0], scores[:, 1], np.arange(len(objects)))


def score_unnamed_objects(
    proposals: np.ndarray,
    objects: np.ndarray,
    void: np.ndarray | None = None,
) -> ObjectScores:
    """Match proposals to objects, once for the sequence, and score them.

    The one-to-one matching maximises the sum of the objects' mean of J and F
    over the frames. Missing proposals are empty masks; surplus proposals cost
    nothing. This is the unsupervised protocol of DAVIS-2017, which is also
    that of DAVIS2017-motion.

    Source: Caelles et al., "The 2019 DAVIS Challenge on VOS: Unsupervised
    Multi-Object Segmentation", 2019.

    Args:
        proposals: (P, T, H, W) bool predicted masks.
        objects: (O, T, H, W) bool annotated masks.
        void: (T, H, W) bool pixels that are left out.

    Returns:
        J and F of each object and frame, and the matching.

    Raises:
        ValueError: If there are more than twenty proposals, or the shapes do
            not agree.
    """
    if len(proposals) > MAX_PROPOSALS:
        raise ValueError(
            f'expected at most {MAX_PROPOSALS} proposals, '
            f'got {len(proposals)}'
        )
    _check_videos(proposals, objects)
    filled = _fill(proposals, len(objects))
    voids = [None] * objects.shape[1] if void is None else void
    scores = [
        score_pairs(*frame)
        for frame in zip(filled.swapaxes(0, 1), objects.swapaxes(0, 1), voids)
    ]
    return match_objects(np.stack(scores, axis=-1))


def score_pairs(
    proposals: np.ndarray,
    objects: np.ndarray,
    void: np.ndarray | None = None,
) -> np.ndarray:
    """Score each proposal of a frame against each object.

    Args:
        proposals: (P, H, W) bool predicted masks.
        objects: (O, H, W) bool annotated masks.
        void: (H, W) bool pixels that are left out.

    Returns:
        (2, P, O) J and F of each pair.
    """
    scores = np.empty((2, len(proposals), len(objects)))
    for p, proposal in enumerate(proposals):
        for o, one in enumerate(objects):
            scores[0, p, o] = jaccard(proposal, one, void)
            scores[1, p, o] = boundary_f(proposal, one, void)
    return scores


def match_objects(scores: np.ndarray) -> ObjectScores:
    """Choose proposals by the scores of all pairs in a sequence.

    See :func:`score_unnamed_objects`.

    Args:
        scores: (2, P, O, T) J and F of each proposal, object and frame,
            P >= O.

    Returns:
        J and F of each object and frame, and the matching.
    """
    chosen = assign_objects(scores.mean(axis=(0, 3)))
    region, boundary = scores[:, chosen, np.arange(scores.shape[2])]
    return ObjectScores(region, boundary, chosen)


def assign_objects(scores: np.ndarray) -> np.ndarray:
    """Match proposals to objects so that the sum of scores is largest.

    Args:
        scores: (P, O) score of each pair, P >= O.

    Returns:
        (O,) index of the proposal of each object, no index twice.

    Raises:
        ValueError: If there are fewer proposals than objects.
    """
    if scores.ndim != 2 or scores.shape[0] < scores.shape[1]:
        raise ValueError(
            'expected scores of shape (P, O) with at least as many proposals '
            f'as objects, got {scores.shape}'
        )
    rows, columns = linear_sum_assignment(-scores)
    return rows[np.argsort(columns)]


def _score_video(
    prediction: np.ndarray, annotation: np.ndarray, void: np.ndarray | None
) -> np.ndarray:
    """J and F of each frame, (2, T)."""
    voids = [None] * len(annotation) if void is None else void
    frames = list(zip(prediction, annotation, voids))
    return np.array([
        [jaccard(*frame) for frame in frames],
        [boundary_f(*frame) for frame in frames],
    ])


def _fill(proposals: np.ndarray, num: int) -> np.ndarray:
    missing = max(0, num - len(proposals))
    empty = np.zeros((missing, *proposals.shape[1:]), dtype=bool)
    return np.concatenate([proposals, empty])


def _check_videos(proposals: np.ndarray, objects: np.ndarray) -> None:
    if objects.ndim != 4 or len(objects) == 0:
        raise ValueError(
            f'expected objects of shape (O, T, H, W), got {objects.shape}'
        )
    if proposals.ndim != 4 or proposals.shape[1:] != objects.shape[1:]:
        raise ValueError(
            f'proposals of shape {proposals.shape} do not fit objects of '
            f'shape {objects.shape}; expected (P, T, H, W) and (O, T, H, W)'
        )
