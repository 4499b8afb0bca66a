import numpy as np
import pytest

from mmmotion.datasets.synthesis.outline import (
    largest_part,
    trace_border,
    trace_silhouette,
)
from mmmotion.datasets.synthesis.polygon import fill_polygon


def mask_of(*rows):
    return np.array([[c == '#' for c in row] for row in rows])


def test_border_of_one_pixel_has_its_four_corners():
    border = trace_border(mask_of('...', '.#.'))
    assert border.tolist() == [[1, 1], [2, 1], [2, 2], [1, 2]]


def test_border_goes_around_dents_and_not_into_holes():
    border = trace_border(mask_of('####', '#..#', '####', '#...'))
    assert len(border) == 16
    steps = np.abs(np.roll(border, -1, axis=0) - border).sum(axis=1)
    assert (steps == 1).all()
    assert [3, 3] in border.tolist() and [2, 1] not in border.tolist()


@pytest.mark.parametrize('seed', range(5))
def test_filled_border_is_the_part_without_holes(seed):
    rng = np.random.default_rng(seed)
    part = largest_part(rng.random((12, 15)) < 0.6)
    filled = fill_polygon(trace_border(part) - 0.5, part.shape) > 0
    assert (filled | ~part).all()
    holes = filled & ~part
    # What was filled is not connected to the outside.
    outside = largest_part(np.pad(~part, 1, constant_values=True))[1:-1, 1:-1]
    assert not (holes & outside).any()


def test_largest_of_several_parts_is_kept():
    part = largest_part(mask_of('##..#', '#...#', '...#.'))
    assert part.tolist() == mask_of('##...', '#....', '.....').tolist()


@pytest.mark.parametrize('height', [40, 400])
def test_silhouette_has_the_proportions_of_its_mask(height):
    rows, cols = np.mgrid[:height, :2 * height] / height
    mask = (rows - 0.5)**2 / 0.3**2 + (cols - 1)**2 / 0.6**2 < 1
    mask[:3, :3] = True  # another part, which does not count
    outline = trace_silhouette(mask, 30.0)
    assert np.hypot(*outline.T).max() == pytest.approx(30, abs=0.01)
    extent = np.ptp(outline, axis=0)
    assert extent[0] == pytest.approx(60, rel=0.03)
    assert extent[1] == pytest.approx(30, rel=0.06)
    assert 60 < len(outline) <= 260
    np.testing.assert_array_equal(outline * 1024, np.rint(outline * 1024))


def ring(rows, cols):
    """An ellipse drawn with a line of 2 to 4 pixels."""
    radius = np.hypot(rows / 340, cols / 600)
    return (radius < 1) & (radius > 0.994)


def wave(rows, cols):
    """A line of 4 pixels across the picture, up and down."""
    distance = rows - 250 * np.sin(cols / 70)
    slope = 250 / 70 * np.cos(cols / 70)
    return (np.abs(distance) < 2 * np.hypot(1, slope)) & (np.abs(cols) < 600)


@pytest.mark.parametrize(
    'draw, expected', [(ring, 600 / 340), (wave, 600 / 253)]
)
def test_thin_silhouettes_stay_whole(draw, expected):
    mask = draw(*np.mgrid[-360:360, -640:640])
    extent = np.ptp(trace_silhouette(mask, 60.0), axis=0)
    assert extent[0] / extent[1] == pytest.approx(expected, rel=0.05)


def test_a_single_pixel_is_an_outline():
    assert len(trace_silhouette(mask_of('.#'), 5.0)) >= 3
