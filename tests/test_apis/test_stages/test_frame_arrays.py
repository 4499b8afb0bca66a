"""Arrays on disk, a window to a file."""

import numpy as np
import pytest

from mmmotion.apis.stages import FrameArrays, LazyFrames
from mmmotion.apis.stages.predict import choose_window


def test_every_frame_comes_back_from_its_window(tmp_path):
    arrays = FrameArrays(tmp_path, num_frames=7, window=3)
    assert arrays.windows() == [range(0, 3), range(3, 6), range(6, 7)]
    for window in arrays.windows():
        assert not arrays.has(window)
        arrays.write(window, [np.full((1, 2), i) for i in window])
        assert arrays.has(window)
    assert [int(arrays.read(i)[0, 0]) for i in range(7)] == list(range(7))


def test_a_lazy_sequence_makes_only_what_is_asked_for():
    made = []
    lazy = LazyFrames(5, lambda i: made.append(i) or 10 * i)
    assert len(lazy) == 5 and not made
    assert (lazy[3], lazy[-1], lazy[1:3]) == (30, 40, [10, 20])
    assert made == [3, 4, 1, 2]
    assert list(lazy) == [0, 10, 20, 30, 40]
    with pytest.raises(IndexError, match='frame 5 is out of range for 5'):
        lazy[5]


@pytest.mark.parametrize(
    'size, window', [((120, 214), 128), ((240, 427), 128), ((480, 854), 32)]
)
def test_windows_of_large_frames_are_short(size, window):
    assert choose_window(size) == window
