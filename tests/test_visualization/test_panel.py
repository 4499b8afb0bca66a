import numpy as np
import pytest

from mmmotion.visualization import compose_panel


def test_pictures_share_the_height_and_keep_their_aspect_ratio():
    wide = np.zeros((20, 40, 3), np.uint8)
    tall = np.zeros((40, 20, 3), np.uint8)
    panel = compose_panel({'wide': wide, 'tall': tall}, tile_height=40)
    assert panel.shape == (18 + 40, 80 + 4 + 20, 3)
    assert (panel[18:, :80] == 0).all() and (panel[18:, 84:] == 0).all()


def test_title_is_written_above_and_never_on_the_picture():
    picture = np.full((60, 90, 3), 7, np.uint8)
    named = compose_panel({'ground truth': picture}, tile_height=60)
    blank = compose_panel({'': picture}, tile_height=60)
    assert (named[:18] != blank[:18]).any()
    np.testing.assert_array_equal(named[18:], picture)


def test_rejects_an_empty_panel_and_a_height_of_zero():
    with pytest.raises(ValueError, match='at least one picture'):
        compose_panel({})
    with pytest.raises(ValueError, match='tile_height must be positive'):
        compose_panel({'a': np.zeros((2, 2, 3), np.uint8)}, tile_height=0)
