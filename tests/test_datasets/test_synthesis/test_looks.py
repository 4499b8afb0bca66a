import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets.synthesis import WorldSettings
from mmmotion.datasets.synthesis.footage import Footage
from mmmotion.datasets.synthesis.looks import (
    draw_backdrop,
    draw_looks,
    draw_occluders,
    subdivide,
)

SMALL = dict(size=(64, 96), num_frames=6, motion='homography')


def area(contour):
    x, y = contour.T
    return abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2


def seeds(num):
    return [np.random.SeedSequence(seed) for seed in range(num)]


@pytest.fixture
def red(tmp_path):
    """A folder with a picture of one colour, and masks of a wide box."""
    picture = np.full((80, 120, 3), (200, 30, 20), np.uint8)
    mask = np.zeros((40, 100), np.uint8)
    mask[15:25, 10:90] = 255
    for name, image in (('pictures', picture), ('masks', mask)):
        (tmp_path / name).mkdir()
        Image.fromarray(image).save(tmp_path / name / '0.png')
    for frame in range(6):
        (tmp_path / 'videos' / 'one').mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(
            tmp_path / 'videos' / 'one' / f'{frame}.png'
        )
    return tmp_path


def test_occluders_cover_their_share_of_the_frame_and_are_no_objects():
    world = WorldSettings(**SMALL, occluders=1.0)
    texture = np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)
    numbers, shares = set(), []
    for seed in seeds(40):
        looks = draw_occluders(seed, world, texture)
        numbers.add(len(looks))
        shares.append(sum(area(look.contour) for look in looks) / (64 * 96))
        for look in looks:
            assert not look.is_object and look.bending is None
            assert look.texture.mean() == texture.mean()
            extent = np.sqrt(np.linalg.eigvalsh(np.cov(look.contour.T)))
            assert extent[1] > 2 * extent[0]
    assert numbers == {1, 2}
    assert 0.049 < min(shares) < 0.09 and 0.16 < max(shares) < 0.201


def test_pictures_have_their_seam_at_the_ends_of_occluders():
    world = WorldSettings(**SMALL, occluders=1.0, textures='photographs')
    ramp = np.zeros((77, 116, 3), np.uint8)
    ramp[:] = (np.arange(77)[:, None] + np.arange(116))[..., None]
    for seed in seeds(4):
        for look in draw_occluders(seed, world, ramp):
            around = np.roll(
                look.texture.astype(int), 8, axis=(0, 1)
            )[:16, :16]
            for axis in (0, 1):
                assert np.abs(np.diff(around, axis=axis)).max() == 1


def test_occluders_come_in_their_share_of_the_scenes():
    world = WorldSettings(**SMALL, occluders=0.3)
    tile = np.zeros((4, 4, 3), np.uint8)
    num = sum(bool(draw_occluders(seed, world, tile)) for seed in seeds(200))
    assert 40 < num < 80


def test_pictures_give_textures_to_everything(red):
    world = WorldSettings(**SMALL, textures=str(red / 'pictures'))
    backdrop = draw_backdrop(np.random.default_rng(0), world)
    assert backdrop.shape == (77, 116, 3)
    for look in draw_looks(seeds(1)[0], 2, world):
        np.testing.assert_array_equal(look.texture[0, 0], (200, 30, 20))
    np.testing.assert_array_equal(backdrop[5, 5], (200, 30, 20))
    jittered = WorldSettings(
        **SMALL, textures=str(red / 'pictures'), background_jitter=0.3
    )
    other = draw_backdrop(np.random.default_rng(0), jittered)
    assert (other[5, 5] != backdrop[5, 5]).any()


def test_silhouettes_come_in_their_share(red):
    world = WorldSettings(
        **SMALL, silhouettes=str(red / 'masks'), silhouette_share=0.5
    )
    looks = [
        look for i, seed in enumerate(seeds(40))
        for look in draw_looks(seed, i, world)
    ]
    upright = [look for look in looks if look.is_upright]
    assert 0.3 < len(upright) / len(looks) < 0.7
    for look in upright:
        width, height = np.ptp(look.contour, axis=0)
        assert width > 5 * height


def test_real_backgrounds_come_in_their_share(red):
    world = WorldSettings(**SMALL, background_videos=str(red / 'videos'))
    backdrops = [
        draw_backdrop(np.random.default_rng(seed), world)
        for seed in range(60)
    ]
    num = sum(isinstance(backdrop, Footage) for backdrop in backdrops)
    assert 4 < num < 22


@pytest.mark.parametrize('share', [0.0, 0.5, 1.0])
def test_the_right_share_of_the_objects_bends(share):
    world = WorldSettings(**SMALL, num_static=1, deformation=share)
    looks = [
        look for i, seed in enumerate(seeds(25))
        for look in draw_looks(seed, i, world)
    ]
    bending = [look.bending is not None for look in looks if look.is_object]
    assert abs(np.mean(bending) - share) < 0.2
    assert all(look.bending is None for look in looks if not look.is_object)


def test_long_sides_are_divided_and_corners_kept():
    square = np.array([[0.0, 0], [10, 0], [10, 4], [0, 4]])
    outline = subdivide(square, 3.0)
    assert len(outline) == 4 + 2 + 4 + 2
    assert {tuple(corner) for corner in square} <= {*map(tuple, outline)}
    assert area(outline) == pytest.approx(40)
