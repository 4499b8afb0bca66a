import numpy as np
import pytest

from mmmotion.datasets import RandomFlip
from mmmotion.registry import TRANSFORMS


def sample(draw=0, seed=0):
    rng = np.random.default_rng(1)
    return dict(
        draw=draw,
        seed=seed,
        frames=rng.integers(0, 256, (2, 4, 6, 3), dtype=np.uint8),
        flows=rng.normal(size=(1, 4, 6, 2)).astype(np.float32),
        gt_masks=rng.random((2, 8, 12)) > 0.5,
        gt_amodal_masks=rng.random((2, 8, 12)) > 0.5,
        gt_sem_seg=rng.integers(0, 21, (4, 6), dtype=np.uint8),
    )


def test_a_flip_mirrors_all_and_negates_horizontal_flow():
    before, after = sample(), RandomFlip(prob=1).transform(sample())
    for key in ('frames', 'gt_masks', 'gt_amodal_masks'):
        np.testing.assert_array_equal(after[key], before[key][:, :, ::-1])
    np.testing.assert_array_equal(
        after['gt_sem_seg'], before['gt_sem_seg'][:, ::-1]
    )
    mirrored = before['flows'][:, :, ::-1]
    np.testing.assert_array_equal(after['flows'][..., 0], -mirrored[..., 0])
    np.testing.assert_array_equal(after['flows'][..., 1], mirrored[..., 1])
    assert after['flip'] is True


def test_the_flow_can_keep_its_sign_as_rcf_does():
    before = sample()
    after = RandomFlip(prob=1, negate_flow=False).transform(sample())
    np.testing.assert_array_equal(after['flows'], before['flows'][:, :, ::-1])


def test_a_box_moves_with_its_mask():
    mask = np.zeros((1, 8, 12), bool)
    mask[0, 2:5, 1:9] = True
    given = dict(
        sample(),
        ori_shape=(8, 12),
        gt_masks=mask,
        gt_boxes=np.array([[1, 2, 9, 5], [0, 0, 4, 8]], np.float32),
    )
    after = RandomFlip(prob=1).transform(given)
    assert after['gt_boxes'].tolist() == [[3, 2, 11, 5], [8, 0, 12, 8]]
    rows, columns = np.nonzero(after['gt_masks'][0])
    assert (columns.min(), columns.max() + 1) == (3, 11)
    assert (rows.min(), rows.max() + 1) == (2, 5)


def test_two_flips_change_nothing():
    flip = RandomFlip(prob=1)
    twice = flip.transform(flip.transform(sample()))
    for key, value in sample().items():
        np.testing.assert_array_equal(twice[key], value)


def test_flips_happen_with_the_given_probability():
    flip = RandomFlip(prob=0.3)
    flips = [flip.transform(dict(draw=n, seed=0))['flip'] for n in range(2000)]
    assert np.mean(flips) == pytest.approx(0.3, abs=0.03)


def test_the_same_draw_gives_the_same_sample():
    transform = RandomFlip(0.5)
    np.random.seed(0)
    first = [transform.transform(sample(draw=n)) for n in range(20)]
    np.random.seed(1)
    again = [transform.transform(sample(draw=n)) for n in range(20)]
    other = [transform.transform(sample(draw=n, seed=1)) for n in range(20)]
    for one, two in zip(first, again):
        np.testing.assert_array_equal(one['frames'], two['frames'])
    assert any(
        not np.array_equal(one['frames'], three['frames'])
        for one, three in zip(first, other)
    )


@pytest.mark.parametrize('settings', [dict(prob=1.5), dict(prob=-0.1)])
def test_rejects_bad_settings(settings):
    with pytest.raises(ValueError, match=r'expected .* got '):
        TRANSFORMS.build(dict(type='RandomFlip', **settings))


def test_a_vertical_flip_turns_the_world_upside_down():
    before = sample()
    flip = RandomFlip(prob=1, direction='vertical')
    after = flip.transform(sample())
    np.testing.assert_array_equal(after['frames'], before['frames'][:, ::-1])
    np.testing.assert_array_equal(
        after['gt_masks'], before['gt_masks'][:, ::-1]
    )
    turned = before['flows'][:, ::-1]
    np.testing.assert_array_equal(after['flows'][..., 0], turned[..., 0])
    np.testing.assert_array_equal(after['flows'][..., 1], -turned[..., 1])
    boxed = dict(
        sample(), ori_shape=(8, 12), gt_boxes=np.array([[1.0, 2, 9, 5]])
    )
    assert flip.transform(boxed)['gt_boxes'].tolist() == [[1, 3, 9, 6]]


def test_both_directions_are_drawn_apart():
    flips = [RandomFlip(), RandomFlip(direction='vertical')]
    seen = {
        tuple(flip.transform(dict(draw=n, seed=0))['flip'] for flip in flips)
        for n in range(40)
    }
    assert len(seen) == 4
    with pytest.raises(ValueError, match='expected direction'):
        RandomFlip(direction='both')
