import numpy as np

from mmmotion.visualization import palette


def test_background_is_black_and_objects_differ():
    colors = palette(8)
    assert colors.dtype == np.uint8
    assert (colors[0] == 0).all()
    assert len(np.unique(colors, axis=0)) == 8


def test_objects_beyond_the_list_never_look_like_background():
    colors = palette(40)
    assert colors.shape == (40, 3)
    assert colors[1:].any(axis=1).all()
    np.testing.assert_array_equal(colors[1], colors[8])
