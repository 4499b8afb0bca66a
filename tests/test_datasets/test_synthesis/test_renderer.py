from dataclasses import replace

import cv2
import numpy as np
import pytest

from mmmotion.datasets.synthesis import (
    Layer,
    SceneKey,
    WorldSettings,
    build_scene,
    cover,
    cover_all,
    render_flow,
    render_frame,
    render_masks,
    render_owner,
    render_visibility,
)
from mmmotion.datasets.synthesis.trajectories import AffineTrajectory

WORLD = WorldSettings(num_frames=12, num_static=1)
SIZE = WORLD.size


@pytest.fixture(scope='module', params=range(4))
def scene(request):
    return build_scene(SceneKey(0, 'train', 2 + request.param), WORLD)


def still_layer(contour, texture=None, x=0.0, y=0.0):
    poses = np.tile([[1.0, 0.0, x], [0.0, 1.0, y]], (2, 1, 1))
    if texture is None:
        texture = np.full((4, 4, 3), 200, np.uint8)
    return Layer(texture, AffineTrajectory(poses), contour, True)


def view(scene, frame):
    coverages = cover_all(scene, frame)
    owner = render_owner(scene, coverages)
    return coverages, owner, render_frame(scene, frame, coverages)


def warp_back(image, flow, interpolation):
    rows, cols = np.mgrid[:SIZE[0], :SIZE[1]].astype(np.float32)
    return cv2.remap(
        image,
        cols + flow[..., 0],
        rows + flow[..., 1],
        interpolation,
        borderMode=cv2.BORDER_REPLICATE,
    )


def visible_in_target(flow, owner, target_owner):
    """Pixels whose target lies inside the frame, well within their layer."""
    rows, cols = np.mgrid[:SIZE[0], :SIZE[1]]
    x, y = cols + flow[..., 0], rows + flow[..., 1]
    inside = (x >= 1) & (y >= 1) & (x <= SIZE[1] - 2) & (y <= SIZE[0] - 2)
    kernel = np.ones((5, 5), np.uint8)
    good = np.zeros(SIZE, bool)
    for layer in np.unique(owner):
        mine, theirs = (
            cv2.erode((labels == layer).astype(np.uint8), kernel)
            for labels in (owner, target_owner)
        )
        good |= (mine > 0) & (warp_back(theirs, flow, cv2.INTER_NEAREST) > 0)
    return good & inside


@pytest.mark.parametrize('frame, target', [(3, 4), (5, 3), (0, 8), (11, 9)])
def test_flow_takes_the_target_frame_back_to_the_frame(scene, frame, target):
    coverages, owner, image = view(scene, frame)
    _, target_owner, target_image = view(scene, target)
    flow = render_flow(scene, frame, target, coverages, owner)
    good = visible_in_target(flow, owner, target_owner)
    assert good.mean() > 0.6
    warped = warp_back(target_image, flow, cv2.INTER_LINEAR)
    error = np.abs(warped.astype(float) - image)[good]
    unmoved = np.abs(target_image.astype(float) - image)[good]
    assert error.mean() < 2.5
    assert error.mean() < 0.4 * unmoved.mean()


@pytest.mark.parametrize('frame, target', [(3, 5), (6, 5)])
def test_flow_takes_masks_along(scene, frame, target):
    coverages, _, _ = view(scene, frame)
    target_coverages, _, _ = view(scene, target)
    for i, layer in enumerate(scene.sprites):
        u, v = layer.trajectory.displacements(frame, target, (0, 0, *SIZE))
        flow = np.stack([u, v], -1).astype(np.float32)
        mask = target_coverages[i].mask(SIZE).astype(np.float32)
        warped = warp_back(mask, flow, cv2.INTER_LINEAR) > 0.5
        differs = warped != coverages[i].mask(SIZE)
        rows, cols = np.mgrid[:SIZE[0], :SIZE[1]]
        x, y = cols + u, rows + v
        inside = (x >= 0) & (y >= 0) & (x < SIZE[1]) & (y < SIZE[0])
        # The border of a mask is a pixel uncertain.
        border = cv2.morphologyEx(
            coverages[i].mask(SIZE).astype(np.uint8),
            cv2.MORPH_GRADIENT,
            np.ones((3, 3), np.uint8),
        )
        assert not (differs & inside & (border == 0)).any()
        assert (differs & inside).sum() < 0.2 * border.sum() + 5


def test_flow_to_the_same_frame_is_zero(scene):
    coverages, owner, _ = view(scene, 4)
    assert not render_flow(scene, 4, 4, coverages, owner).any()


def test_flow_is_exact_for_the_corners_of_a_sprite(scene):
    coverages, owner, _ = view(scene, 4)
    flow = render_flow(scene, 4, 7, coverages, owner)
    assert flow.dtype == np.float32
    for i, layer in enumerate(scene.sprites):
        pose, target = (
            np.vstack([layer.trajectory.poses[frame], [0, 0, 1]])
            for frame in (4, 7)
        )
        motion = target @ np.linalg.inv(pose)
        for row, col in np.argwhere(owner == i + 1)[::50]:
            expected = motion @ [col, row, 1] - [col, row, 1]
            np.testing.assert_allclose(flow[row, col], expected[:2], atol=1e-4)


def test_modal_masks_are_amodal_masks_without_nearer_layers(scene):
    coverages, owner, _ = view(scene, 6)
    modal, amodal, order = render_masks(scene, coverages, owner)
    assert modal.dtype == amodal.dtype == bool
    assert modal.sum(axis=0).max() <= 1
    np.testing.assert_array_equal(order, np.arange(len(modal))[::-1])
    hidden = np.zeros(SIZE, bool)
    index = len(modal) - 1
    for i in reversed(range(len(scene.sprites))):
        whole = coverages[i].mask(SIZE)
        if scene.sprites[i].is_object:
            np.testing.assert_array_equal(amodal[index], whole)
            np.testing.assert_array_equal(modal[index], whole & ~hidden)
            index -= 1
        hidden |= whole


def test_static_sprites_hide_objects_but_are_none(scene):
    coverages, owner, _ = view(scene, 0)
    modal, _, _ = render_masks(scene, coverages, owner)
    static = [
        i for i, layer in enumerate(scene.sprites) if not layer.is_object
    ]
    assert len(modal) == len(scene.sprites) - 1
    assert not (modal.any(axis=0) & (owner == static[0] + 1)).any()


def test_static_sprites_have_the_flow_of_the_background():
    world = replace(WORLD, num_static=3)
    scene = build_scene(SceneKey(0, 'val', 1), world)
    coverages, owner, _ = view(scene, 5)
    flow = render_flow(scene, 5, 7, coverages, owner)
    u, v = scene.background.trajectory.displacements(5, 7, (0, 0, *SIZE))
    static = np.isin(
        owner,
        [i + 1 for i, s in enumerate(scene.sprites) if not s.is_object],
    )
    assert static.any()
    np.testing.assert_allclose(flow[static, 0], u[static], atol=2e-3)
    np.testing.assert_allclose(flow[static, 1], v[static], atol=2e-3)


def test_objects_move_against_the_background():
    scene = build_scene(SceneKey(0, 'val', 2), WORLD)
    for frame in range(11):
        coverages, owner, _ = view(scene, frame)
        flow = render_flow(scene, frame, frame + 1, coverages, owner)
        background = np.stack(
            scene.background.trajectory.displacements(
                frame, frame + 1, (0, 0, *SIZE)
            ), -1
        )
        relative = np.linalg.norm(flow - background, axis=-1)
        for i, layer in enumerate(scene.sprites):
            if layer.is_object and (owner == i + 1).any():
                assert np.median(relative[owner == i + 1]) > 1


def test_coverage_counts_the_covered_part_of_each_pixel():
    # From x = 1.0 to 4.0, in pixels whose centres are whole numbers: pixel 1
    # and pixel 4 are covered by half.
    contour = np.array([[1.0, 1.5], [4.0, 1.5], [4.0, 4.5], [1.0, 4.5]])
    coverage = cover(still_layer(contour), 0, (8, 8))
    counts = np.zeros((8, 8), int)
    counts[coverage.slices] = coverage.counts
    np.testing.assert_array_equal(counts[3], [0, 8, 16, 16, 8, 0, 0, 0])
    assert counts[2:5, 2:4].min() == 16
    assert counts[6:].max() == counts[:, 6:].max() == 0


def test_borders_are_blended_and_the_inside_is_the_texture():
    world = WorldSettings(size=(16, 16), num_frames=2)
    scene = build_scene(SceneKey(0, 'train', 0), world)
    contour = np.array([[3.25, 3.25], [10.25, 3.25], [10.25, 10], [3.25, 10]])
    black = Layer(
        np.zeros((4, 4, 3), np.uint8), scene.background.trajectory, None
    )
    scene = replace(scene, background=black, sprites=(still_layer(contour), ))
    image = render_frame(scene, 0, cover_all(scene, 0))
    assert (image[5:9, 5:9] == 200).all()
    assert (image[:2] == 0).all()
    column = image[6, :, 0]
    assert 0 < column[10] < 200 or 0 < column[3] < 200


def test_texture_is_sampled_between_its_pixels_and_repeats():
    texture = np.zeros((4, 8, 3), np.uint8)
    texture[:, 0] = 160
    world = WorldSettings(size=(16, 16), num_frames=2)
    scene = build_scene(SceneKey(0, 'train', 0), world)
    layer = still_layer(None, texture, x=0.25)
    image = render_frame(replace(scene, background=layer, sprites=()), 0, [])
    np.testing.assert_array_equal(image[3, :2, 0], [120, 40])
    np.testing.assert_array_equal(image[3, 8:10, 0], [120, 40])
    assert not image[:, 2:8].any()


def test_sprites_outside_the_frame_leave_no_trace():
    contour = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]])
    world = WorldSettings(size=(16, 16), num_frames=2)
    scene = build_scene(SceneKey(0, 'train', 0), world)
    alone = replace(scene, sprites=())
    away = replace(scene, sprites=(still_layer(contour, x=-50.0), ))
    coverages = cover_all(away, 0)
    owner = render_owner(away, coverages)
    np.testing.assert_array_equal(
        render_frame(away, 0, coverages), render_frame(alone, 0, [])
    )
    modal, amodal, _ = render_masks(away, coverages, owner)
    assert not modal.any() and not amodal.any()
    flow = render_flow(away, 0, 1, coverages, owner)
    np.testing.assert_array_equal(flow, render_flow(alone, 0, 1, [], owner))


def test_a_layer_without_outline_cannot_be_rasterised(scene):
    with pytest.raises(ValueError, match='without a contour'):
        cover(scene.background, 0, SIZE)


def test_noise_has_the_strength_that_was_asked_for():
    key = SceneKey(0, 'train', 1)
    clean = build_scene(key, WORLD)
    noisy = build_scene(key, replace(WORLD, noise=6.0))
    difference = view(noisy, 2)[2].astype(float) - view(clean, 2)[2]
    assert difference.std() == pytest.approx(6, rel=0.1)
    again = view(noisy, 2)[2]
    np.testing.assert_array_equal(again, view(noisy, 2)[2])
    assert (again != view(noisy, 3)[2]).any()


def test_brightness_changes_over_time_and_not_in_space():
    key = SceneKey(0, 'train', 1)
    clean = build_scene(key, WORLD)
    lit = build_scene(key, replace(WORLD, brightness=0.3))
    ratios = []
    for frame in range(12):
        before, after = view(clean, frame)[2], view(lit, frame)[2]
        good = (before > 40) & (after < 255)
        ratio = after[good] / before[good]
        assert ratio.std() < 0.01
        ratios.append(ratio.mean())
    assert 0.65 < min(ratios) < max(ratios) < 1.35
    assert max(ratios) - min(ratios) > 0.05


def test_pixels_are_visible_where_their_layer_is_nearest():
    owner = np.array([[0, 0, 1, 0, 0]], np.uint8)
    target = np.array([[0, 0, 0, 1, 0]], np.uint8)
    flow = np.zeros((1, 5, 2), np.float32)
    # Held still, carried along, hidden behind 1, and beyond the right border.
    flow[0, :, 0] = [0, 0.5, 1, 0, 0.5]
    seen = render_visibility(flow, owner, target)
    assert seen.tolist() == [[True, True, True, True, False]]
    flow[0, 2, 0], flow[0, 3, 0] = -1, 1e-3
    seen = render_visibility(flow, owner, target)
    assert seen.tolist() == [[True, True, False, True, False]]


def test_a_pixel_that_lands_on_another_layer_is_hidden():
    owner = np.zeros((3, 3), np.uint8)
    target = np.full((3, 3), 2, np.uint8)
    flow = np.zeros((3, 3, 2), np.float32)
    assert not render_visibility(flow, owner, target).any()
    target[0, 0] = 0
    assert render_visibility(flow, owner, target).sum() == 1
