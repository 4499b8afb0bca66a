import numpy as np
import pytest
import torch

from mmmotion.convert.reference import check_reference
from mmmotion.flow import (
    color_flow,
    flow_to_image,
    flow_to_rgb,
    flow_to_rgb_uint8,
)


def test_every_reference_array_is_met(golden):
    state, arrays = golden('flow_color.npz')
    comparisons = check_reference('flow-color', state, arrays)
    outputs = [
        name for name in arrays
        if name.endswith(('_rgb', '_image', '_over_one', '_uint8')) or name in
        ('flo_array', 'read_uv', 'read_uv_up')
    ]
    assert {c.name for c in comparisons} == set(outputs)
    failed = [str(c) for c in comparisons if not c.passed]
    assert not failed, '\n'.join(failed)


def test_a_wrong_color_is_found(golden):
    state, arrays = golden('flow_color.npz')
    arrays = dict(arrays)
    arrays['smooth_rgb'] = arrays['smooth_rgb'] + np.float32(1e-4)
    failed = [
        c.name for c in check_reference('flow-color', state, arrays)
        if not c.passed
    ]
    assert failed == ['smooth_rgb']


def test_zero_is_white_and_unknown_is_black():
    flow = np.zeros((1, 3, 2), np.float32)
    flow[0, 1] = np.nan, 1
    flow[0, 2] = 3, 2e6
    assert flow_to_rgb(flow).tolist() == [[[1] * 3, [0] * 3, [0] * 3]]
    assert flow_to_image(flow)[0, :2].tolist() == [[1] * 3, [-1] * 3]


def test_color_depends_on_direction_and_not_on_scale():
    flow = np.random.default_rng(0).normal(size=(8, 9, 2)).astype(np.float32)
    flow[0, 0] = 8, 0  # the longest, exact under doubling
    np.testing.assert_array_equal(flow_to_rgb(flow), flow_to_rgb(2 * flow))
    right = flow_to_rgb(flow)[0, 0]
    assert right.argmax() == 0
    assert right[1] < 0.05 and right[2] < 0.05


def test_fields_of_a_batch_are_coloured_alone():
    flow = torch.randn(2, 3, 2, 8, 9) * torch.tensor([1.0, 50.0, 0.0]
                                                     )[:, None, None, None]
    color = color_flow(flow)
    for i in range(2):
        for j in range(3):
            alone = flow_to_rgb(flow[i, j].permute(1, 2, 0).numpy())
            np.testing.assert_array_equal(
                color[i, j].permute(1, 2, 0).numpy(), alone
            )


def test_pictures_refuse_what_is_not_finite():
    with pytest.raises(ValueError, match='finite'):
        flow_to_rgb_uint8(np.full((2, 2, 2), np.nan))
