"""Scenes that tilt, bend, rest and occlude, from their settings to pixels."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets.synthesis import (
    SceneKey,
    View,
    WorldSettings,
    build_scene,
    cover,
)
from mmmotion.datasets.synthesis.visibility import count_overlaps

WORLD = WorldSettings(
    size=(96, 160),
    num_frames=12,
    motion='homography',
    relative_speed=(0.0, 4.0),
    camera_speed=1.5,
    perspective=0.15,
    rest=0.3,
    deformation=1.0,
    overlap=0.7,
    occluders=0.5,
)


@pytest.fixture(scope='module', params=range(6))
def scene(request):
    return build_scene(SceneKey(1, 'train', request.param), WORLD)


def warp_back(image, flow, mode=cv2.INTER_LINEAR):
    rows, cols = np.mgrid[:96, :160].astype(np.float32)
    return cv2.remap(
        image,
        cols + flow[..., 0],
        rows + flow[..., 1],
        mode,
        borderMode=cv2.BORDER_REPLICATE,
    )


@pytest.mark.parametrize('frame, target', [(3, 4), (4, 3), (2, 8)])
def test_visible_pixels_look_the_same_where_their_flow_leads(
    scene, frame, target
):
    here, there = View(scene, frame), View(scene, target)
    flow = here.flow(target)
    good = here.visibility(flow, there).astype(np.uint8)
    good = cv2.erode(good, np.ones((5, 5), np.uint8)) > 0
    assert good.mean() > 0.5
    image = here.image().astype(float)
    error = np.abs(warp_back(there.image(), flow) - image)[good].mean()
    unmoved = np.abs(there.image() - image)[good].mean()
    assert error < 2.5 and error < 0.5 * unmoved


def test_flow_takes_whole_shapes_along(scene):
    for i, layer in enumerate(scene.sprites):
        before, after = (
            cover(layer, frame, (96, 160)).mask((96, 160)).astype(np.float32)
            for frame in (5, 6)
        )
        u, v = layer.trajectory.displacements(5, 6, (0, 0, 96, 160))
        warped = warp_back(after, np.stack([u, v], -1).astype('f4')) > 0.5
        inner = np.zeros((96, 160), bool)
        inner[6:-6, 6:-6] = True
        both = (warped & (before > 0) & inner).sum()
        either = ((warped | (before > 0)) & inner).sum()
        assert either == 0 or both / either > 0.9, i


def inside(owner, number):
    """Pixels well within what is visible of a layer."""
    mine = (owner == number).astype(np.uint8)
    mine = np.pad(mine[3:-3, 3:-3], 3)
    return cv2.erode(mine, np.ones((7, 7), np.uint8))


def test_there_and_back_again_ends_where_it_began(scene):
    here, there = View(scene, 5), View(scene, 6)
    flow, back = here.flow(6), there.flow(5)
    round_trip = np.abs(flow + warp_back(back, flow))
    for number in range(len(scene.sprites) + 1):
        arrives = warp_back(inside(there.owner, number), flow) > 0
        good = (inside(here.owner, number) > 0) & arrives
        assert not good.any() or round_trip[good].max() < 0.05


def test_masks_are_disjoint_and_follow_from_whole_shapes_and_occluders(scene):
    view = View(scene, 4)
    modal, amodal, order = view.masks()
    assert (modal.sum(axis=0) <= 1).all()
    assert order.tolist() == list(range(len(modal)))[::-1]
    hidden = np.zeros((96, 160), bool)
    number = len(modal)
    for layer, coverage in list(zip(scene.sprites, view.coverages))[::-1]:
        shape = coverage.mask((96, 160))
        if layer.is_object:
            number -= 1
            np.testing.assert_array_equal(amodal[number], shape)
            np.testing.assert_array_equal(modal[number], shape & ~hidden)
        hidden |= shape
    assert number == 0


def test_occluders_are_in_front_and_leave_the_rest_as_it_was():
    key = SceneKey(1, 'val', 2)
    bare = build_scene(key, replace(WORLD, occluders=0.0))
    barred = build_scene(key, replace(WORLD, occluders=1.0))
    num = len(bare.sprites)
    assert num == 3 and len(barred.sprites) in (4, 5)
    assert all(layer.is_object for layer in barred.sprites[:num])
    assert not any(layer.is_object for layer in barred.sprites[num:])
    window = (0, 0, 96, 160)
    for layer in barred.sprites[num:]:
        np.testing.assert_allclose(
            layer.trajectory.displacements(2, 7, window),
            barred.background.trajectory.displacements(2, 7, window),
            atol=1e-5,
        )


def test_two_objects_overlap_in_the_share_of_scenes_that_was_asked_for():
    met = {}
    for share in (0.0, 1.0):
        world = replace(WORLD, num_objects=(2, 2), overlap=share)
        scenes = [
            build_scene(SceneKey(0, 'train', index), world)
            for index in range(10)
        ]
        met[share] = sum(
            count_overlaps(
                [layer.contour for layer in scene.sprites],
                [layer.trajectory for layer in scene.sprites],
                [layer.is_object for layer in scene.sprites],
                world.size,
            ) >= 3 for scene in scenes
        )
    assert met[1.0] == 10 > met[0.0]


@pytest.fixture
def real(tmp_path):
    """The world with the same moving picture behind all scenes."""
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 256, (12, 30, 3), dtype=np.uint8))
    wide = np.array(coarse.resize((300, 120), Image.Resampling.BICUBIC))
    (tmp_path / 'one').mkdir()
    for frame in range(12):
        piece = wide[:, 60 - 3 * frame:][:, :200]
        Image.fromarray(piece).save(tmp_path / 'one' / f'{frame:02d}.png')
    return replace(
        WORLD, background_videos=str(tmp_path), video_share=1.0, occluders=1.0
    )


def test_real_backgrounds_are_seen_behind_the_objects(real):
    scene = build_scene(SceneKey(0, 'train', 1), real)
    view = View(scene, 6)
    behind = ~view.masks()[1].any(axis=0)
    behind = cv2.erode(behind.astype(np.uint8), np.ones((3, 3))) > 0
    footage = scene.background.texture
    np.testing.assert_array_equal(
        view.image()[behind],
        footage.read(6)[behind]
    )
    left, _, right, _ = footage.box
    u = view.flow(7)[..., 0][behind]
    assert np.median(u) == pytest.approx(3 * 160 / (right - left), abs=0.4)


@pytest.mark.parametrize(
    'settings', [
        dict(),
        dict(motion='affine', perspective=0.0, rest=0.0, deformation=0.0),
    ]
)
def test_nothing_but_objects_is_in_front_of_a_real_background(real, settings):
    world = replace(real, num_static=2, relative_speed=(1.0, 4.0), **settings)
    scene = build_scene(SceneKey(0, 'train', 1), world)
    assert len(scene.sprites) == 2
    for layer in scene.sprites:
        assert layer.is_object
        centres = np.concatenate([
            layer.trajectory.project(np.zeros((1, 2)), frame)
            for frame in range(12)
        ])
        # Relative to the frame, whatever a camera of ours would have done.
        pace = np.linalg.norm(np.diff(centres, axis=0), axis=1)
        assert pace.max() < 4.01
