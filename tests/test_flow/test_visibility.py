import pytest
import torch

from mmmotion.flow.visibility import (
    splat,
    visible_by_consistency,
    visible_by_splatting,
)


def constant_flow(x, y, size=(6, 8)):
    return torch.tensor([x, y]).view(1, 2, 1, 1).expand(1, 2, *size)


def test_no_motion_leaves_one_everywhere():
    torch.testing.assert_close(
        splat(torch.zeros(2, 2, 3, 5)), torch.ones(2, 1, 3, 5)
    )


def test_a_pixel_is_shared_out_among_four():
    flow = torch.full((1, 2, 4, 4), 100.0)
    flow[0, :, 0, 0] = torch.tensor([1.25, 2.5])
    expected = torch.zeros(4, 4)
    expected[2, 1:3] = torch.tensor([0.375, 0.125])
    expected[3, 1:3] = torch.tensor([0.375, 0.125])
    torch.testing.assert_close(splat(flow)[0, 0], expected)


def test_what_leaves_the_image_is_lost():
    weights = splat(constant_flow(-0.5, 0.0))
    assert weights.sum() == 6 * 7.5
    torch.testing.assert_close(weights[0, 0, :, 7], torch.full((6, ), 0.5))


@pytest.mark.parametrize('value', [float('nan'), float('inf')])
def test_flow_that_is_not_finite_arrives_nowhere(value):
    flow = torch.zeros(1, 2, 3, 4)
    flow[0, 0, 1, 2] = value
    weights = splat(flow)
    assert weights[0, 0, 1, 2] == 0
    assert weights.sum() == 11


def test_a_frame_that_is_left_is_not_visible_behind():
    # Second to first frame: everything moves two pixels to the left.
    visible = visible_by_splatting(constant_flow(-2.0, 0.0))
    assert visible[..., :6].all()
    assert not visible[..., 6:].any()


def test_the_threshold_of_splatting_is_included():
    flow = constant_flow(0.75, 0.0, size=(1, 3))
    assert visible_by_splatting(flow, threshold=0.25)[0, 0, 0, 0] == 1
    assert visible_by_splatting(flow, threshold=0.26)[0, 0, 0, 0] == 0


def test_opposite_flows_agree_inside_the_image():
    visible = visible_by_consistency(
        constant_flow(3.0, 0.0), constant_flow(-3.0, 0.0)
    )
    # Outside the opposite flow counts as zero.
    assert visible[..., :5].all()
    assert not visible[..., 5:].any()


def test_small_errors_are_tolerated():
    flow = constant_flow(0.0, 3.0)
    for error, expected in ((0.7, 1), (0.9, 0)):
        opposite = constant_flow(0.0, -3.0 + error)
        visible = visible_by_consistency(flow, opposite, scale=0.01, bias=0.5)
        assert visible[0, 0, 0, 0] == expected


def test_visibility_has_no_gradient():
    flow = torch.rand(1, 2, 4, 4, requires_grad=True)
    assert not visible_by_splatting(flow).requires_grad
    assert not visible_by_consistency(flow, -flow).requires_grad
