import numpy as np
import pytest

from mmmotion.convert.reference import ReferenceArrays, check_reference


def failures(arrays):
    comparisons = check_reference('photometric', {}, arrays)
    return [c.name for c in comparisons if not c.passed]


def test_every_output_equals_the_original(golden):
    arrays = ReferenceArrays(golden('photometric.npz')[1])
    comparisons = check_reference('photometric', {}, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 20
    assert arrays.unread == []


def test_a_wrong_term_of_a_loss_fails(golden):
    _, arrays = golden('photometric.npz')
    arrays['loss_census'][2] *= 1.001
    assert failures(arrays) == ['loss_census, smoothness']


def test_one_wrong_pixel_of_the_visibility_fails(golden):
    _, arrays = golden('photometric.npz')
    arrays['occlusion_bidirection'][0, 0, 20, 30] ^= 1
    assert failures(arrays) == ['occlusion_bidirection']


def test_flow_of_the_other_direction_fails(golden):
    _, arrays = golden('photometric.npz')
    arrays['flow_fw'] = arrays['flow_bw']
    failed = failures(arrays)
    assert {'census_3x3', 'ssim_3x3_grad', 'smooth_1st'} <= set(failed)
    assert 'splat_bw' not in failed


def test_the_features_alone_can_be_compared(golden):
    _, arrays = golden('photometric.npz')
    names = ('correlation_a', 'correlation_b', 'correlation')
    comparison, = check_reference(
        'photometric', {}, {name: arrays[name]
                            for name in names}
    )
    assert comparison.passed


def test_a_missing_input_is_named():
    arrays = ReferenceArrays({'frames': np.zeros((2, 8, 8, 3), np.uint8)})
    with pytest.raises(KeyError, match="no array 'flow_fw'"):
        check_reference('photometric', {}, arrays)
