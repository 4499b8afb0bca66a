import numpy as np

from mmmotion.visualization import palette


def test_colours_are_those_of_davis():
    colors = palette(256)
    assert colors.dtype == np.uint8
    expected = [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0],
                [0, 0, 128], [128, 0, 128], [0, 128, 128], [128, 128, 128],
                [64, 0, 0]]  # yapf: disable
    assert colors[:9].tolist() == expected
    assert colors[255].tolist() == [224, 224, 192]
    assert len(np.unique(colors, axis=0)) == 256


def test_objects_beyond_the_list_never_look_like_background():
    colors = palette(300)
    assert colors.shape == (300, 3)
    assert colors[1:].any(axis=1).all()
    np.testing.assert_array_equal(colors[1], colors[256])
