"""Motion-semantic alignment of RCF and IMAS (``maa.npz``)."""

import json
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from mmmotion.postprocessing import (
    SimilarityGraph,
    normalized_cut,
    refine_by_cut,
    semantic_overlap,
    semantic_similarity,
)

from .comparison import Comparison

_CUT_ATOL = 1e-5
_SHARE_ATOL = 1e-9
_SIMILARITY_ATOL = 1e-6
_OVERLAP_ATOL = 1e-9
_REFINED_ATOL = 1e-4

# Settings of the refinement by the name of its result.
_REFINED = dict(refined='refine', refined_short='refine_short')


def compare(state: Mapping[str, Tensor],
            arrays: Mapping[str, np.ndarray]) -> Iterator[Comparison]:
    """Score and refine the masks of one frame.

    Args:
        state: Not used, there are no weights.
        arrays: ``features`` (1, 1 + N, C) of a class token and N positions,
            ``masks`` (K, h, w), ``params`` (JSON), and the results, each if
            present.

    Yields:
        One comparison per result in the file.
    """
    del state
    params = json.loads(str(arrays['params']))
    masks = torch.from_numpy(np.asarray(arrays['masks']))
    tokens = torch.from_numpy(np.asarray(arrays['features']))[0, 1:]
    features = tokens.T.unflatten(1, masks.shape[1:])
    graph = SimilarityGraph(features, params['tau'], params['eps'])
    cut = normalized_cut(masks, graph).numpy()
    results: dict[str, tuple[ArrayLike, float]] = {
        'affinity_mean': (graph.share, _SHARE_ATOL),
        'ncut': (cut, _CUT_ATOL),
        'alignment': (-cut, _CUT_ATOL),
        'best_channel': (cut.argmin(), 0.0),
    }
    for name, key in _REFINED.items():
        if name in arrays:
            refined = _refine(masks, graph, params[key])
            results[name] = (refined.numpy(), _REFINED_ATOL)
            if name == 'refined':
                cut = normalized_cut(refined, graph).numpy()
                results['ncut_refined'] = (cut, _CUT_ATOL)
    results |= _score_response(features, masks, params, arrays)
    for name, (computed, atol) in results.items():
        if name in arrays:
            yield Comparison(name, computed, arrays[name], atol)


def _refine(
    masks: Tensor, graph: SimilarityGraph, settings: Mapping[str, float]
) -> Tensor:
    return refine_by_cut(
        masks,
        graph,
        int(settings['steps']),
        settings['lr'],
        settings['weight_decay'],
    )


def _score_response(
    features: Tensor,
    masks: Tensor,
    params: Mapping,
    arrays: Mapping[str, np.ndarray],
) -> dict[str, tuple[ArrayLike, float]]:
    """The arrays of the paper's own score."""
    if 'semantic_threshold' not in arrays:
        return {}
    limits = params['reject']
    overlap = semantic_overlap(
        features,
        masks,
        float(arrays['semantic_threshold']),
        (limits['max_height'], limits['max_width']),
    )
    similarity = semantic_similarity(features, masks)
    return {
        'semantic_similarity': (similarity.numpy(), _SIMILARITY_ATOL),
        'semantic_iou': (overlap.numpy(), _OVERLAP_ATOL),
    }
