import pytest
import torch

from mmmotion.models.segmentors.layered_clip import (
    LayeredClip,
    add_background,
    join_clips,
    layer_overlap,
    match_clip,
    visible_layers,
)


def shapes_of(columns, num_frames, width=12):
    """Layers of one pixel row that stand in some columns and move right."""
    masks = torch.zeros(1, num_frames, len(columns), 1, width)
    for t in range(num_frames):
        for k, column in enumerate(columns):
            masks[0, t, k, 0, [c + t for c in column]] = 1
    return masks


def clip_of(masks, depths):
    return LayeredClip(20 * masks - 10, torch.tensor([depths]))


def test_the_smallest_depth_is_in_front():
    clip = clip_of(shapes_of([[0, 1], [1, 2]], 2), [3.0, -1.0])
    visible = visible_layers(clip)
    assert visible[0, 1, :, 0, :5].tolist() == [[0, 1, 0, 0, 0],
                                                [0, 0, 1, 1, 0]]
    regions = add_background(visible)
    assert torch.equal(regions.sum(dim=2), torch.ones(1, 2, 1, 12))
    assert regions[0, 0, 0, 0, :5].tolist() == [0, 0, 0, 1, 1]


def test_layers_are_sorted_like_the_targets_they_fit():
    targets = shapes_of([[0], [3], []], 2)
    clip = clip_of(targets[:, :, [2, 0, 1]], [1.0, 2.0, 3.0])
    matched = match_clip(clip, targets)
    assert torch.equal(matched.logits > 0, targets > 0)
    assert matched.depths.tolist() == [[2, 3, 1]]


def test_values_that_are_not_finite_become_zero():
    targets = shapes_of([[0]], 1)
    clip = LayeredClip(
        torch.full_like(targets, torch.nan), torch.tensor([[torch.inf]])
    )
    matched = match_clip(clip, targets)
    assert not matched.logits.any() and not matched.depths.any()


def test_overlap_is_that_of_all_frames():
    layers = shapes_of([[0, 1], []], 2)[0]
    others = shapes_of([[1, 2, 3], []], 2)[0]
    expected = torch.tensor([[0.25, 0], [0, 0]])
    torch.testing.assert_close(layer_overlap(layers, others), expected)


@pytest.mark.parametrize('second', [[2, 3], [3, 4], [1, 2]])
def test_layers_keep_their_identity_from_clip_to_clip(second):
    # Layer 0 is the large one; the second clip has the layers swapped. The
    # clips have frames in common, or follow each other.
    video = shapes_of([[4, 5, 6], [0]], 5)
    frames = [[0, 1, 2], second]
    clips = [
        clip_of(video[:, :3], [0.0, 1.0]),
        clip_of(video[:, second][:, :, [1, 0]], [1.0, 0.0]),
    ]
    joined = join_clips(clips, frames)
    length = second[-1] + 1
    assert torch.equal(joined.visible, video[0, :length])
    torch.testing.assert_close(
        joined.shapes, (20 * video[0, :length] - 10).sigmoid()
    )
    assert torch.equal(joined.order, torch.tensor([[0, 1]] * length))


def test_the_later_clip_counts_where_clips_overlap():
    clips = [
        clip_of(shapes_of([[0, 1]], 3), [0.0]),
        clip_of(shapes_of([[1, 2, 3]], 3), [0.0]),
    ]
    joined = join_clips(clips, [[0, 1, 2], [1, 2, 3]])
    assert joined.visible.sum(dim=(1, 2, 3)).tolist() == [2, 3, 3, 3]


def test_the_repeated_frames_of_a_short_video_are_dropped():
    video = shapes_of([[0, 1]], 3)
    joined = join_clips([clip_of(video, [0.0])], [[0, 1, 1]])
    assert torch.equal(joined.visible, video[0, :2])


def test_the_layer_with_most_visible_pixels_comes_first():
    clip = clip_of(shapes_of([[0, 1, 2], [0, 1], [6, 7]], 2), [1.0, 0.0, 2.0])
    joined = join_clips([clip], [[0, 1]])
    # Layer 0 is the largest, but one pixel of it is visible.
    assert joined.visible.sum(dim=(0, 2, 3)).tolist() == [4, 4, 2]
    assert joined.order[0].tolist() == [0, 2, 1]
