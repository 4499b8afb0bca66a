import numpy as np
import pytest
import torch

from mmmotion.flow import fit_background
from mmmotion.postprocessing.objects.frame_motion import (
    PictureEvidence,
    measure_motion,
)
from mmmotion.postprocessing.objects.score_histogram import ScoreHistogram

SIZE = (40, 60)


def box(top, bottom, left, right):
    mask = np.zeros(SIZE, bool)
    mask[top:bottom, left:right] = True
    return mask


def camera_flow():
    """A zoom, which a quadratic explains exactly."""
    rows, columns = np.mgrid[:SIZE[0], :SIZE[1]]
    flow = np.stack([0.05 * (columns - 30) + 1, 0.05 * (rows - 20)])
    return flow.astype(np.float32)


def test_background_and_object_are_told_apart():
    mask = box(10, 20, 10, 25)
    flow = camera_flow()
    flow[:, mask] += np.array([[3], [-1]])
    motion = measure_motion(torch.from_numpy(flow))
    np.testing.assert_allclose(motion.velocity(mask), [3, -1], atol=0.05)
    np.testing.assert_allclose(motion.background, camera_flow(), atol=0.05)
    assert motion.threshold == 0.1
    assert motion.score(mask) == pytest.approx(np.hypot(3, 1) / 0.1, rel=0.02)
    assert motion.score(box(25, 35, 30, 50)) < 0.5


@pytest.mark.parametrize('size', [(64, 96), (240, 427), (480, 640)])
def test_fewer_pixels_show_the_same_background(size):
    generator = torch.Generator().manual_seed(0)
    rows, columns = (torch.arange(side) / side for side in size)
    flow = 0.2 * torch.randn(2, *size, generator=generator)
    flow += 3 * columns + 2 * rows[:, None]**2
    flow[:, :size[0] // 2, :size[1] // 2] += 5
    motion, exact = measure_motion(flow), fit_background(flow)
    assert motion.threshold == pytest.approx(4 * exact.scale.item(), rel=0.05)
    difference = motion.residual - exact.residual.numpy()
    assert np.abs(difference).max() < 0.1


def test_threshold_grows_with_the_noise():
    noise = torch.randn(2, *SIZE, generator=torch.Generator().manual_seed(0))
    quiet, loud = (measure_motion(s * noise).threshold for s in (0.1, 1.0))
    assert loud == pytest.approx(10 * quiet, rel=0.01)
    score = measure_motion(noise).score(box(10, 30, 10, 40))
    assert score < 0.5


def test_pixels_that_leave_the_frame_have_nothing_to_be_measured_from():
    flow = np.zeros((2, *SIZE), np.float32)
    flow[0] = 5.5
    motion = measure_motion(torch.from_numpy(flow))
    assert motion.seen[2:38, 2:52].all()
    assert not motion.seen[:, 54:].any() and not motion.seen[:, 0].any()


def test_the_pictures_decide_whether_the_flow_is_right():
    mask = box(10, 30, 20, 40)
    flow = np.zeros((2, *SIZE), np.float32)
    flow[0, mask] = 4
    rng = np.random.default_rng(0)
    first = rng.uniform(0, 255, SIZE).astype(np.float32)
    moved = first.copy()
    moved[10:30, 24:44] = first[10:30, 20:40]
    motion = measure_motion(torch.from_numpy(flow))
    assert PictureEvidence(motion, first, moved).supports(mask)
    assert not PictureEvidence(motion, first, first).supports(mask)
    blank = np.full(SIZE, 90, np.float32)
    assert not PictureEvidence(motion, blank, blank).supports(mask)


def test_typical_score_is_exceeded_by_a_quarter():
    histogram = ScoreHistogram()
    assert np.isnan(histogram.typical())
    values = np.geomspace(0.05, 500, 401)
    for value in values:
        histogram.add(value)
    expected = np.quantile(values, 0.75)
    assert histogram.typical() == pytest.approx(expected, rel=0.04)


def test_scores_beyond_the_bins_count_at_their_ends():
    histogram = ScoreHistogram()
    for _ in range(3):
        histogram.add(0)
    assert histogram.typical() == 0
    for _ in range(9):
        histogram.add(1e9)
    assert histogram.typical() > 1000
