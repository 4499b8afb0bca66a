from base64 import b64decode

import cv2
import numpy as np
import pytest

from mmmotion.visualization.report.pictures import (
    color_flow_picture,
    take_pictures,
)


def decode(text):
    data = np.frombuffer(b64decode(text), np.uint8)
    return cv2.imdecode(data, cv2.IMREAD_UNCHANGED)


def test_pictures_hold_frame_labels_and_flow(make_result, frames):
    result = make_result()
    pictures = take_pictures(result, frames)
    assert [picture.index for picture in pictures] == [0, 1, 2, 3, 4, 5]
    for picture, labels in zip(pictures, result.labels):
        np.testing.assert_array_equal(decode(picture.labels), labels)
        grey = decode(picture.frame)
        np.testing.assert_allclose(grey, 60 + 10 * picture.index, atol=2)
    assert [p.flow is None for p in pictures] == 5 * [False] + [True]


@pytest.mark.parametrize(
    'bound, indices', [(6, range(6)), (5, (0, 2, 4)), (1, (0, ))]
)
def test_of_a_long_video_pictures_are_taken_at_equal_distances(
    make_result, frames, bound, indices
):
    pictures = take_pictures(make_result(), frames, max_pictures=bound)
    assert [picture.index for picture in pictures] == list(indices)


def test_bytes_are_bounded_and_no_frame_is_read_twice(make_result):
    rng = np.random.default_rng(0)
    read = []

    def noise(index):
        read.append(index)
        return rng.integers(0, 255, (40, 64, 3), np.uint8)

    one, = take_pictures(make_result(), noise, max_pictures=1)
    read.clear()
    bound = round(7.5 * one.num_bytes)
    pictures = take_pictures(make_result(64), noise, max_bytes=bound)
    assert sum(picture.num_bytes for picture in pictures) <= bound
    # Half of the bound is used at least, whatever is dropped on the way.
    assert [p.index for p in pictures] == [0, 16, 32, 48]
    assert len(read) == len(set(read))


def test_one_picture_is_kept_however_small_the_bound(make_result, frames):
    picture, = take_pictures(make_result(), frames, max_bytes=1)
    assert picture.index == 0


def test_large_frames_are_made_small(make_result):
    result = make_result(1, (900, 1600))
    big = np.zeros((900, 1600, 3), np.uint8)
    picture, = take_pictures(result, lambda index: big)
    assert decode(picture.frame).shape == (360, 640, 3)
    labels = decode(picture.labels)
    assert labels.shape == (360, 640)
    assert set(np.unique(labels)) == {0, 1}


def test_a_few_wrong_vectors_do_not_pale_the_others():
    flow = np.zeros((2, 32, 32), np.float32)
    flow[0] = 2
    wrong = flow.copy()
    wrong[0, 0, 0] = 500
    np.testing.assert_array_equal(
        color_flow_picture(flow), color_flow_picture(wrong)
    )


def test_unknown_and_missing_motion_have_colours_of_their_own():
    flow = np.zeros((2, 8, 8), np.float32)
    flow[:, 0, 0] = np.nan
    picture = color_flow_picture(flow)
    assert (picture[0, 0] == 0).all() and (picture[1:] == 255).all()
    assert (color_flow_picture(np.full_like(flow, np.nan)) == 0).all()
