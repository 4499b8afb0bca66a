import numpy as np
import pytest
import torch

from mmmotion.convert.reference import ReferenceArrays, check_reference

BIAS = 'sem_seg_head.pixel_decoder.mask_features.6.bias'


@pytest.fixture(scope='module')
def reference(golden):
    return golden('gwm_head.npz')


def test_the_head_equals_the_original(reference):
    state, content = reference
    arrays = ReferenceArrays(content)
    comparisons = check_reference('gwm-head', state, arrays)
    assert [c.name for c in comparisons
            ] == ['mask_features', 'pred_masks', 'pred_masks (centred)']
    assert all(c.passed for c in comparisons), comparisons
    assert arrays.unread == []


def test_what_the_groups_share_does_not_hide_a_difference(reference):
    state, content = reference
    logits = content['pred_masks'].copy()
    logits[:, 0] += 4e-3
    comparisons = check_reference(
        'gwm-head', state, dict(content, pred_masks=logits)
    )
    assert [c.passed for c in comparisons] == [True, True, False]


def test_other_weights_fail(reference):
    state, content = reference
    state = {**state, BIAS: state[BIAS] + 0.1}
    comparisons = check_reference('gwm-head', state, content)
    assert not any(c.passed for c in comparisons[:2])


def test_other_sizes_and_numbers_of_queries(reference):
    """An untrained query decoder of two groups, on another grid."""
    state, _ = reference
    name = 'sem_seg_head.predictor.query_embed.weight'
    state = {**state, name: state[name][:2]}
    features = torch.randn(2, 768, 3, 4).numpy()
    arrays = dict(
        features=features,
        shift=np.array(0),
        pred_masks=np.zeros((2, 2, 18, 22), np.float32),
    )
    raw, centred = check_reference('gwm-head', state, arrays)
    assert raw.same_shape and centred.same_shape


def test_without_outputs_nothing_is_compared(reference):
    state, content = reference
    content = dict(features=content['features'], shift=content['shift'])
    assert check_reference('gwm-head', state, content) == []
