"""Transforms that move the pixels of frames, flows and masks together."""

import numpy as np
import pytest

from mmmotion.datasets import (
    RandomCrop,
    RandomResizeShortSide,
    SampleError,
    TransposePortrait,
)
from mmmotion.registry import TRANSFORMS

MOVES = [
    dict(type='RandomResizeShortSide', short_side=24, ratio_range=(0.5, 1)),
    dict(type='RandomCrop', size=(9, 11)),
]


def sample(height=30, width=40, draw=0, seed=0):
    """A pair whose flow and masks can be computed from the frames.

    Red is the column and green the row, the flow at a pixel is its (column,
    row), and the object, of class 7, is where the column is at least 20.
    """
    rows, columns = np.mgrid[:height, :width]
    frame = np.stack((columns, rows, 0 * rows), -1).astype(np.uint8)
    return dict(
        draw=draw,
        seed=seed,
        img_path='cat/00000.jpg',
        ori_shape=(height, width),
        frames=np.stack((frame, frame)),
        flows=np.stack((columns, rows), -1)[None].astype(np.float32),
        gt_masks=columns[None] >= 20,
        gt_sem_seg=np.where(columns >= 20, 7, 0).astype(np.uint8),
    )


@pytest.mark.parametrize('move', MOVES)
def test_frames_flows_and_masks_stay_together(move):
    transform = TRANSFORMS.build(move)
    for draw in range(10):
        after = transform.transform(sample(draw=draw))
        size = after['ori_shape']
        for key in ('frames', 'flows', 'gt_masks'):
            assert after[key].shape[1:3] == size
        first, second = after['frames'].astype(float)
        np.testing.assert_array_equal(first, second)
        scale = np.array([size[1] / 40, size[0] / 30])
        if move['type'] == 'RandomCrop':
            scale[:] = 1
        # Frames hold whole numbers, which OpenCV rounds coarsely.
        np.testing.assert_allclose(
            after['flows'][0] / scale, first[..., :2], atol=0.8
        )
        sure = abs(first[..., 0] - 19.5) > 2
        expected = first[..., 0] >= 20
        assert (after['gt_masks'][0] == expected)[sure].all()
        assert (after['gt_sem_seg'] == 7 * after['gt_masks'][0]).all()


@pytest.mark.parametrize('move', MOVES)
def test_the_same_draw_gives_the_same_sample(move):
    transform = TRANSFORMS.build(move)
    first = [transform.transform(sample(draw=n)) for n in range(8)]
    np.random.seed(1)
    again = [transform.transform(sample(draw=n)) for n in range(8)]
    other = [transform.transform(sample(draw=n, seed=1)) for n in range(8)]
    for one, two in zip(first, again):
        np.testing.assert_array_equal(one['frames'], two['frames'])
    assert any(
        not np.array_equal(one['frames'], three['frames'])
        for one, three in zip(first, other)
    )


def test_short_sides_are_those_of_the_release():
    resize = RandomResizeShortSide(400, (0.96, 1.0))
    frames = np.zeros((1, 480, 854, 3), np.uint8)
    sizes = {
        resize.transform(dict(frames=frames, draw=n, seed=0))['ori_shape']
        for n in range(300)
    }
    heights = {height for height, _ in sizes}
    assert heights == set(range(384, 400))
    # 854 x 480 becomes 683 x 384 at least and 710 x 399 at most.
    assert (384, 683) in sizes and (399, 710) in sizes


def test_flow_can_keep_its_values_as_rcf_does():
    resize = RandomResizeShortSide(15, (1, 1), 'nearest', rescale_flows=False)
    before, after = sample(), resize.transform(sample())
    np.testing.assert_array_equal(after['flows'], before['flows'][:, ::2, ::2])
    np.testing.assert_array_equal(
        after['gt_masks'], before['gt_masks'][:, ::2, ::2]
    )


def test_crops_reach_every_position():
    crop = RandomCrop((28, 38))
    corners = [
        tuple(crop.transform(sample(draw=n))['frames'][0, 0, 0, :2])
        for n in range(400)
    ]
    found, counts = np.unique(corners, axis=0, return_counts=True)
    assert len(found) == 9
    assert counts.min() > 400 / 9 / 2


def test_a_crop_may_have_the_size_of_the_frame():
    after = RandomCrop((30, 40)).transform(sample())
    np.testing.assert_array_equal(after['frames'], sample()['frames'])


def test_portrait_becomes_landscape():
    before = sample(40, 30)
    upright = sample(40, 30) | dict(img_path='portrait.jpg')
    after = TransposePortrait().transform(upright)
    assert after['ori_shape'] == (30, 40)
    assert 'img_path' not in after  # its file is not turned
    for key in ('frames', 'gt_masks'):
        np.testing.assert_array_equal(after[key], before[key].swapaxes(1, 2))
    np.testing.assert_array_equal(after['gt_sem_seg'], before['gt_sem_seg'].T)
    # What moved one pixel to the right now moves one pixel down.
    np.testing.assert_array_equal(
        after['flows'][0, :, :, 1], before['flows'][0, :, :, 0].T
    )
    np.testing.assert_array_equal(
        after['flows'][0, :, :, 0], before['flows'][0, :, :, 1].T
    )


@pytest.mark.parametrize('size', [(30, 40), (30, 30)])
def test_other_frames_are_not_transposed(size):
    after = TransposePortrait().transform(sample(*size))
    np.testing.assert_array_equal(after['frames'], sample(*size)['frames'])


def test_a_frame_smaller_than_the_crop_is_named():
    with pytest.raises(SampleError, match=r'\(31, 9\).*\(30, 40\).*cat/00000'):
        RandomCrop((31, 9)).transform(sample())


def test_small_frames_are_filled_up_where_no_label_counts():
    before = sample()
    del before['flows']
    after = RandomCrop((33, 38), fill=(9, 8, 7)).transform(dict(before))
    assert after['ori_shape'] == (33, 38)
    left = after['frames'][0, 0, 0, 0]
    window = slice(left, left + 38)
    np.testing.assert_array_equal(
        after['frames'][:, :30], before['frames'][:, :, window]
    )
    np.testing.assert_array_equal(
        after['gt_sem_seg'][:30], before['gt_sem_seg'][:, window]
    )
    assert (after['frames'][:, 30:] == (9, 8, 7)).all()
    assert (after['gt_sem_seg'][30:] == 255).all()
    assert not after['gt_masks'][:, 30:].any()


def test_flows_cannot_be_filled_up():
    with pytest.raises(ValueError, match='cannot fill up flows'):
        RandomCrop((33, 38), fill=(0, 0, 0)).transform(sample())


def test_factors_may_be_those_of_the_frame_itself():
    resize = RandomResizeShortSide(None, (0.5, 2.0))
    sides = [
        resize.transform(sample(draw=n))['ori_shape'][0] for n in range(200)
    ]
    assert (min(sides), max(sides)) == (15, 59)
    assert np.mean(sides) == pytest.approx(37, abs=2)


def test_flows_of_another_size_cannot_be_cropped():
    results = sample()
    results['flows'] = results['flows'][:, :15, :20]
    with pytest.raises(SampleError, match=r'flows.*\(30, 40\).*\(15, 20\)'):
        RandomCrop((9, 9)).transform(results)


@pytest.mark.parametrize('move', [*MOVES, dict(type='TransposePortrait')])
def test_boxes_are_refused(move):
    results = sample(40, 30) | dict(gt_boxes=np.zeros((1, 4), np.float32))
    with pytest.raises(ValueError, match='gt_boxes'):
        TRANSFORMS.build(move).transform(results)


@pytest.mark.parametrize(
    'settings', [
        dict(type='RandomCrop', size=(0, 3)),
        dict(type='RandomCrop', size=(3, 3), fill=(0, 0, 256)),
        dict(type='RandomResizeShortSide', ratio_range=(1, 0.9)),
        dict(type='RandomResizeShortSide', flow_interpolation='cubic'),
    ]
)
def test_rejects_bad_settings(settings):
    with pytest.raises(ValueError, match=r'expected .* got '):
        TRANSFORMS.build(settings)
