import numpy as np
import pytest

from mmmotion.datasets.synthesis.affine import (
    apply,
    apply_to_grid,
    compose,
    invert,
    quantise,
    similarity,
)


@pytest.fixture
def maps():
    rng = np.random.default_rng(0)
    linear = rng.normal(size=(5, 2, 2)) + 2 * np.eye(2)
    return np.concatenate([linear, rng.normal(size=(5, 2, 1))], axis=-1)


def square(maps):
    return np.concatenate([
        maps, np.broadcast_to([0.0, 0.0, 1.0], (len(maps), 1, 3))
    ],
                          axis=1)


def test_compose_is_the_product_of_homogeneous_matrices(maps):
    expected = square(maps) @ square(maps[::-1])
    np.testing.assert_allclose(
        square(compose(maps, maps[::-1])), expected, atol=1e-12
    )


def test_invert_is_the_inverse_matrix(maps):
    expected = np.linalg.inv(square(maps))
    np.testing.assert_allclose(square(invert(maps)), expected, atol=1e-10)


def test_similarity_turns_x_towards_y():
    pose = similarity(
        np.array([np.pi / 2]), np.array([2.0]), np.array([[5.0, 7.0]])
    )[0]
    np.testing.assert_allclose(apply(pose, np.array([[1.0, 0.0]])), [[5, 9]])


def test_grid_holds_the_mapped_pixel_centres_of_the_window(maps):
    xs, ys = apply_to_grid(maps[0], (2, 3, 6, 9))
    assert xs.shape == ys.shape == (4, 6)
    expected = apply(maps[0], np.array([[8.0, 5.0]]))[0]
    np.testing.assert_allclose([xs[3, 5], ys[3, 5]], expected)


def test_quantised_maps_ignore_differences_in_the_last_bits(maps):
    coarse = quantise(maps)
    np.testing.assert_allclose(coarse, maps, atol=2**-21)
    np.testing.assert_array_equal(quantise(coarse * (1 + 1e-15)), coarse)
