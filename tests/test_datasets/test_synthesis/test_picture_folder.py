import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import SampleError
from mmmotion.datasets.synthesis.picture_folder import (
    draw_box,
    draw_picture,
    jitter_colours,
    list_pictures,
    resize_box,
)


def save(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path)


def test_pictures_are_found_at_any_depth_in_one_order(tmp_path):
    grey = np.zeros((4, 4, 3), np.uint8)
    for name in ('b/2.png', 'a/c/1.jpg', '10.png', '.hidden.png'):
        save(tmp_path / name, grey)
    (tmp_path / 'notes.txt').write_text('no picture')
    found = list_pictures(str(tmp_path), 'textures')
    names = [path[len(str(tmp_path)) + 1:] for path in found]
    assert names == ['10.png', 'a/c/1.jpg', 'b/2.png']


def test_missing_and_empty_folders_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nothing \(textures\)'):
        list_pictures(str(tmp_path / 'nothing'), 'textures')
    with pytest.raises(ValueError, match=r'got none \(textures\)'):
        list_pictures(str(tmp_path), 'textures')


def test_a_picture_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / 'broken.jpg').write_bytes(b'nothing')
    with pytest.raises(SampleError, match=r'broken\.jpg.*\(textures\)'):
        draw_picture(np.random.default_rng(0), str(tmp_path), (8, 8))


@pytest.mark.parametrize('size', [(10, 20), (64, 64), (200, 30)])
def test_boxes_lie_inside_and_keep_the_proportions(size):
    for seed in range(20):
        left, top, right, bottom = draw_box(
            np.random.default_rng(seed), (90, 120, 3), size
        )
        assert 0 <= left < right <= 120 and 0 <= top < bottom <= 90
        ratio = (right - left) / (bottom - top)
        assert ratio == pytest.approx(size[1] / size[0], rel=0.15)


def test_crops_have_the_colours_of_their_place():
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, 30:] = 200
    piece = resize_box(picture, (20, 10, 40, 30), (10, 10))
    assert piece.shape == (10, 10, 3)
    assert (piece[:, :4] == 0).all() and (piece[:, 6:] == 200).all()


def test_jitter_of_strength_zero_changes_nothing():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)
    np.testing.assert_array_equal(jitter_colours(rng, picture, 0), picture)


def test_jitter_changes_colours_by_a_bounded_amount():
    picture = np.full((6, 6, 3), (150, 100, 60), np.uint8)
    results = np.array([
        jitter_colours(np.random.default_rng(seed), picture, 0.2)[0, 0]
        for seed in range(60)
    ]).astype(float)
    grey = results @ [0.299, 0.587, 0.114]
    before = np.array([150, 100, 60]) @ [0.299, 0.587, 0.114]
    assert 0.75 < grey.min() / before < 0.9 < 1.1 < grey.max() / before < 1.25
    assert (np.ptp(results, axis=0) > 20).all()


def test_grey_stays_grey():
    picture = np.full((6, 6, 3), 90, np.uint8)
    out = jitter_colours(np.random.default_rng(5), picture, 0.3)
    assert np.ptp(out) <= 1 and out.mean() != 90
