"""Measures of masks, boxes and sequences (``metrics.npz``)."""

import re
from collections.abc import Callable, Iterator, Mapping

import numpy as np
from torch import Tensor

from mmmotion.evaluation.functional import (
    adaptive_alignment,
    adaptive_f_beta,
    alignment_levels,
    border_fraction,
    boundary_f,
    boundary_map,
    box_iou,
    f_beta,
    image_iou,
    jaccard,
    mask_to_box,
    mean_absolute_error,
    pixel_accuracy,
    precision_recall_above,
    precision_recall_levels,
    score_named_objects,
    score_unnamed_objects,
    sequence_statistics,
    stretch,
    structure_measure,
    success_rates,
    tolerance_radius,
    weighted_f_measure,
)

from .comparison import Comparison

_ATOL = 1e-6
_NO_BOX = (-1.0, -1.0, -1.0, -1.0)

Arrays = Mapping[str, np.ndarray]


def compare(state: Mapping[str, Tensor],
            arrays: Arrays) -> Iterator[Comparison]:
    """Compute every measure whose inputs the file holds.

    Args:
        state: Not used, measures have no weights.
        arrays: Bit-packed masks (``<set>_gt``, ``<set>_pred`` with
            ``<set>_shape``), soft masks, boxes and rows of scores, beside the
            values that the official programs gave for them.

    Yields:
        One comparison per array that follows from the others.
    """
    del state
    for name in _stems(arrays, r'(.+)_shape'):
        dimensions = len(arrays[f'{name}_shape'])
        if name == 'sal':
            yield from _saliency(arrays)
        elif dimensions == 3:
            yield from _pairs(arrays, name)
        elif dimensions == 5:
            yield from _objects(arrays, name)
    if 'tolerance_shapes' in arrays:
        radii = [
            tolerance_radius(tuple(s)) for s in arrays['tolerance_shapes']
        ]
        yield _compared(arrays, 'tolerance_pixels', radii)
    yield from _series(arrays)
    if 'moca_mask' in arrays:
        yield from _boxes(arrays)


def _pairs(arrays: Arrays, name: str) -> Iterator[Comparison]:
    found, wanted = (_masks(arrays, f'{name}_{end}') for end in ('pred', 'gt'))
    pairs = list(zip(found, wanted))
    void = f'{name}_void'
    triples = list(
        zip(found, wanted,
            _masks(arrays, void) if void in arrays else [])
    )
    results: dict[str, Callable[[], object]] = {
        f'{name}_J': lambda: [jaccard(*pair) for pair in pairs],
        f'{name}_F': lambda: [boundary_f(*pair) for pair in pairs],
        f'{name}_bmap_gt': lambda: np.
        packbits([boundary_map(mask) for mask in wanted], axis=-1),
        f'{name}_J_void': lambda: [jaccard(*each) for each in triples],
        f'{name}_F_void': lambda: [boundary_f(*each) for each in triples],
    }
    for key, compute in results.items():
        if key in arrays:
            yield _compared(arrays, key, compute())
    for tolerance in _stems(arrays, rf'{name}_F_tol_(\d.*)'):
        value = float(tolerance)
        scores = [boundary_f(*pair, tolerance=value) for pair in pairs]
        yield _compared(arrays, f'{name}_F_tol_{tolerance}', scores)


def _objects(arrays: Arrays, name: str) -> Iterator[Comparison]:
    num_objects, num_proposals, frames, *size = arrays[f'{name}_shape']
    width = size[-1]
    objects = _unpack(arrays[f'{name}_gt'], width)
    proposals = _unpack(arrays[f'{name}_pred'], width)
    void = _unpack(arrays[f'{name}_void'], width)
    expected = (num_objects, frames), (num_proposals, frames)
    if (objects.shape[:2], proposals.shape[:2]) != expected:
        raise ValueError(
            f'{name}_shape says {expected} (objects, frames) and (proposals, '
            f'frames) but the masks are {objects.shape} and {proposals.shape}'
        )
    scores = score_unnamed_objects(proposals, objects, void)
    # The official program lists the objects in the order of their proposals.
    order = np.argsort(scores.proposals)
    yield _compared(arrays, f'{name}_J', scores.region[order])
    yield _compared(arrays, f'{name}_F', scores.boundary[order])
    # An empty array stands where the protocol is not defined.
    if f'{name}_J_semi' in arrays and num_proposals <= num_objects:
        scores = score_named_objects(proposals, objects)
        yield _compared(arrays, f'{name}_J_semi', scores.region)
        yield _compared(arrays, f'{name}_F_semi', scores.boundary)


def _series(arrays: Arrays) -> Iterator[Comparison]:
    endings = ('_stats2017', '_stats2016', '_stats2017_intended')
    for name in _stems(arrays, r'(series_[^_]+)'):
        values = arrays[name]
        computed = dict(zip(endings, (values, values[1:-1], values)), )
        for ending, scored in computed.items():
            if name + ending in arrays:
                yield _compared(
                    arrays, name + ending, sequence_statistics(scored)
                )


def _saliency(arrays: Arrays) -> Iterator[Comparison]:
    wanted = _masks(arrays, 'sal_gt')
    raw = [each / 255 for each in arrays['sal_pred']]
    raw_pairs = list(zip(raw, wanted))
    pairs = [(stretch(found), mask) for found, mask in raw_pairs]
    curves = [precision_recall_levels(*pair) for pair in pairs]
    precision = np.array([curve.precision for curve in curves])
    recall = np.array([curve.recall for curve in curves])
    scores = f_beta(precision, recall)
    mean_pr = f_beta(precision.mean(axis=0), recall.mean(axis=0))
    alignment = np.array([alignment_levels(*pair) for pair in pairs])
    results = {
        'sal_mae': [mean_absolute_error(*pair) for pair in pairs],
        'sal_F_adaptive': [adaptive_f_beta(*pair) for pair in pairs],
        'sal_precision_curve': precision,
        'sal_recall_curve': recall,
        'sal_F_curve': scores,
        'sal_maxF_dataset': scores.mean(axis=0).max(),
        'sal_meanF_dataset': scores.mean(),
        'sal_maxF_of_mean_PR': mean_pr.max(),
        'sal_S': [structure_measure(*pair) for pair in pairs],
        'sal_wF': [weighted_f_measure(*pair) for pair in pairs],
        'sal_E_adaptive': np.mean([adaptive_alignment(*p) for p in pairs]),
        'sal_E_max': alignment.mean(axis=0).max(),
        'sal_acc': [pixel_accuracy(*pair) for pair in raw_pairs],
        'sal_iou': [image_iou(*pair) for pair in raw_pairs],
    }
    if 'sal_prob_thresholds' in arrays:
        limits = arrays['sal_prob_thresholds']
        above = [precision_recall_above(*pair, limits) for pair in raw_pairs]
        probable = np.array([f_beta(*curve) for curve in above])
        results['sal_prob_F_curve'] = probable
        results['sal_prob_maxF'] = probable.mean(axis=0).max()
    for name, computed in results.items():
        if name in arrays:
            yield _compared(arrays, name, computed)


def _boxes(arrays: Arrays) -> Iterator[Comparison]:
    masks = arrays['moca_mask']
    boxes = [mask_to_box(mask) for mask in masks]
    overlaps = [
        box_iou(box, tuple(target))
        for box, target in zip(boxes, arrays['moca_gt_box'])
    ]
    rates = success_rates(overlaps, arrays['moca_thresholds'])
    results = {
        'moca_pred_box': [box or _NO_BOX for box in boxes],
        'moca_iou': overlaps,
        'moca_success': rates,
        'moca_border_fraction': [border_fraction(mask) for mask in masks],
    }
    for name, computed in results.items():
        if name in arrays:
            yield _compared(arrays, name, computed)


def _compared(arrays: Arrays, name: str, computed: object) -> Comparison:
    return Comparison(name, np.asarray(computed), arrays[name], _ATOL)


def _stems(arrays: Arrays, pattern: str) -> list[str]:
    matches = (re.fullmatch(pattern, name) for name in arrays)
    return [match[1] for match in matches if match]


def _masks(arrays: Arrays, name: str) -> np.ndarray:
    stem = name.rsplit('_', 1)[0]
    return _unpack(arrays[name], arrays[f'{stem}_shape'][-1])


def _unpack(packed: np.ndarray, width: int) -> np.ndarray:
    return np.unpackbits(packed, axis=-1)[..., :width].astype(bool)
