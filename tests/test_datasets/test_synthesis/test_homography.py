import numpy as np

from mmmotion.datasets.synthesis.affine import similarity
from mmmotion.datasets.synthesis.homography import (
    apply,
    compose,
    from_affine,
    invert,
    quantise,
    tilt,
    transform,
)


def draw(seed):
    rng = np.random.default_rng(seed)
    plane = similarity(
        rng.uniform(0, 6, 5), rng.uniform(0.5, 2, 5),
        rng.uniform(-50, 50, (5, 2))
    )
    return compose(from_affine(plane), tilt(rng.uniform(-1e-3, 1e-3, (5, 2))))


def test_compose_and_invert_agree_with_matrix_algebra():
    one, two = draw(0), draw(1)
    np.testing.assert_allclose(compose(one, two), one @ two, rtol=1e-12)
    inverse = np.linalg.inv(one)
    np.testing.assert_allclose(
        invert(one), inverse / inverse[:, 2:, 2:], atol=1e-12
    )


def test_inverse_takes_points_back():
    points = np.random.default_rng(0).uniform(-60, 60, (40, 2))
    for there, back in zip(draw(2), invert(draw(2))):
        np.testing.assert_allclose(
            apply(back, apply(there, points)), points, atol=1e-9
        )


def test_tilted_plane_divides_by_its_depth():
    (tilted, ) = tilt(np.array([[0.01, -0.02]]))
    # Depth at (10, 5) is 1 + 0.1 - 0.1 = 1, at (50, 0) it is 1.5.
    mapped = apply(tilted, np.array([[10.0, 5.0], [50.0, 0.0]]))
    np.testing.assert_allclose(mapped, [[10, 5], [100 / 3, 0]])


def test_rows_and_columns_broadcast_to_a_grid():
    maps = draw(3)[0]
    x, y = transform(maps, np.arange(4.0)[None], np.arange(3.0)[:, None])
    rows, cols = np.mgrid[:3, :4].astype(float)
    expected = apply(maps, np.stack([cols, rows], axis=-1))
    np.testing.assert_allclose(np.stack([x, y], axis=-1), expected)


def test_rounding_is_not_seen_and_forgets_the_last_bits():
    maps = draw(4)
    rounded = quantise(maps)
    points = np.random.default_rng(0).uniform(0, 448, (50, 2))
    for before, after in zip(maps, rounded):
        moved = apply(after, points) - apply(before, points)
        assert np.abs(moved).max() < 1e-3
    np.testing.assert_array_equal(quantise(maps * (1 + 1e-15)), rounded)
