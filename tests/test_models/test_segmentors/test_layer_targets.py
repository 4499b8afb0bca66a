import pytest
import torch

from mmmotion.models.segmentors.layer_targets import (
    front_first,
    resize_targets,
    stack_shapes,
)
from mmmotion.structures import MotionDataSample


def sample(order=(1, 0), num_frames=2, **fields):
    """Object k is the pixel k."""
    masks = torch.eye(4, dtype=torch.bool).view(4, 2, 2)[:len(order)]
    fields = {
        'gt_amodal_masks': masks.expand(num_frames, -1, -1, -1),
        'gt_layer_order': torch.tensor(order),
        **fields,
    }
    fields = {key: value for key, value in fields.items() if value is not None}
    return MotionDataSample(metainfo=dict(video_id='v'), **fields)


def test_objects_lie_from_back_to_front_and_empty_layers_before_them():
    shapes = stack_shapes([sample((0, 2, 1)), sample()], 2, 3)
    assert shapes.shape == (2, 2, 3, 2, 2)
    pixels = shapes.flatten(3).argmax(dim=-1)[:, 0]
    assert pixels.tolist() == [[1, 2, 0], [0, 1, 0]]
    assert not shapes[1, :, 2].any()


def test_a_frame_is_a_clip_of_length_one():
    one = sample(num_frames=1)
    one.gt_amodal_masks = one.gt_amodal_masks[0]
    expected = stack_shapes([sample(num_frames=1)], 1, 3)
    assert torch.equal(stack_shapes([one], 1, 3), expected)


@pytest.mark.parametrize(
    'samples, num_frames, message', [
        ([], 2, 'got none'),
        ([sample(gt_layer_order=None)], 2, 'needs gt_layer_order of v'),
        ([sample(gt_amodal_masks=None)], 2, 'needs gt_amodal_masks of v'),
        ([sample()], 3, 'of 3 frames for v, got 2'),
        ([sample((3, 2, 1, 0))], 2, 'v has 4 objects.* 3 layers'),
    ]
)
def test_what_is_missing_or_too_much_is_named(samples, num_frames, message):
    with pytest.raises(ValueError, match=message):
        stack_shapes(samples, num_frames, 3)


def test_targets_are_resized_to_nearest_neighbours():
    masks = torch.rand(2, 3, 2, 4, 6)
    found = resize_targets(masks, (2, 3))
    assert torch.equal(found, masks[..., ::2, ::2])
    assert resize_targets(masks, (4, 6)) is masks


def test_the_last_layer_is_in_front():
    shapes = stack_shapes([sample(), sample()], 2, 3)
    assert front_first(shapes).tolist() == [[2, 1, 0], [2, 1, 0]]
