"""Errors of optical flow."""

import math

import numpy as np
import pytest

from mmmotion.evaluation.functional import (
    end_point_error,
    flow_errors,
    photometric_error,
)


def flows() -> tuple[np.ndarray, np.ndarray]:
    """Errors of 0, 2, 4 and 5 pixels, the last one on a long vector."""
    target = np.zeros((1, 4, 2), np.float32)
    target[0, 3] = 300, 0
    flow = target.copy()
    flow[0, 1] += 2, 0
    flow[0, 2] += 0, -4
    flow[0, 3] += 3, 4
    return flow, target


def test_error_is_the_distance_in_pixels():
    assert end_point_error(*flows()).tolist() == [[0, 2, 4, 5]]


def test_summary_by_hand():
    errors = flow_errors(*flows())
    assert errors.epe == pytest.approx(11 / 4)
    shares = errors.above_1px, errors.above_3px, errors.above_5px
    assert shares == (0.75, 0.5, 0.0)
    # Five pixels are less than five per cent of three hundred.
    assert errors.fl_all == 0.25


def test_unknown_pixels_do_not_count():
    flow, target = flows()
    target[0, 0] = np.nan
    valid = np.array([[False, True, False, False]])
    assert flow_errors(flow, target, valid).epe == 2


def test_nothing_known_has_no_error():
    errors = flow_errors(*flows(), np.zeros((1, 4), bool))
    assert all(math.isnan(value) for value in errors)


def test_flows_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match='has to be rescaled too'):
        end_point_error(np.zeros((2, 4, 2)), np.zeros((2, 5, 2)))


def test_valid_pixels_of_another_size_are_refused():
    with pytest.raises(ValueError, match='do not fit a flow'):
        flow_errors(*flows(), np.ones((2, 4), bool))


def test_valid_pixels_have_to_be_boolean():
    with pytest.raises(TypeError, match='boolean valid pixels'):
        flow_errors(*flows(), np.ones((1, 4)))


def ramp(shift: int = 0) -> np.ndarray:
    """A (3, 6, 3) frame that gets brighter by 10 per column."""
    row = 10 * (np.arange(6) + shift)
    return np.broadcast_to(row[None, :, None], (3, 6, 3)).astype(np.uint8)


def test_frames_match_along_their_motion():
    flow = np.zeros((3, 6, 2), np.float32)
    assert photometric_error(ramp(2), ramp(), flow) == 20
    flow[..., 0] = 2
    assert photometric_error(ramp(2), ramp(), flow) == 0
    flow[..., 0] = 1.5
    assert photometric_error(ramp(2), ramp(), flow) == pytest.approx(5)


def test_pixels_that_leave_the_image_do_not_count():
    second = ramp().copy()
    second[:, 5] = 200
    flow = np.zeros((3, 6, 2), np.float32)
    flow[:, 4, 0] = flow[:, 5, 1] = 2
    flow[:2, 5, 1] = -3
    assert photometric_error(ramp(), second, flow) == 0
    assert math.isnan(photometric_error(ramp(), second, flow + 10))


def test_frames_and_flow_of_two_sizes_are_refused():
    with pytest.raises(ValueError, match='expected two frames and a flow of'):
        photometric_error(ramp(), ramp(), np.zeros((3, 5, 2), np.float32))
