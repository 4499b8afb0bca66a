import pytest

from mmmotion.datasets.preparation.moca_crops import MOCA_VIDEOS, crop_window

FULL = (720, 1280)


def test_the_subset_has_88_videos_with_the_right_name_of_the_butterfly():
    assert len(set(MOCA_VIDEOS)) == 88
    assert 'dead_leaf_butterfly_1' in MOCA_VIDEOS
    assert 'dead_leaf_butterfly' not in MOCA_VIDEOS


@pytest.mark.parametrize(
    'video, window',
    [
        ('ibex', (0, 0, 1280, 720)),
        ('meerkat', (89, 37, 1280, 720)),  # logo at the top left
        ('crab', (0, 0, 1011, 601)),  # bottom right
        ('egyptian_nightjar', (318, 0, 1280, 650)),  # bottom left
        ('elephant', (0, 109, 1189, 720)),  # top right
        ('seal_1', (0, 0, 1027, 720)),  # a band on the right
        ('seal_2', (0, 95, 1280, 720)),  # a band on top
        ('hedgehog_0', (10, 0, 631, 720)),
        ('peacock_flounder_1', (0, 92, 1280, 632)),
    ],
)
def test_logos_and_borders_are_cut_off(video, window):
    assert crop_window(video, FULL) == window


def test_images_that_are_too_small_are_refused():
    with pytest.raises(ValueError, match=r'hedgehog_0 .*got .*\(8, 10\)'):
        crop_window('hedgehog_0', (8, 10))
