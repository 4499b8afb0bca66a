import pytest
import torch

from mmmotion.postprocessing import SemanticExtent
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample


def look(masks, frame, **kwargs):
    """Apply the step to a frame of single colours."""
    inputs = dict(frames=frame[None])
    return SemanticExtent(**kwargs)(masks, inputs, MotionDataSample())


def scene(size=(20, 30), box=(slice(5, 11), slice(6, 15))):
    """A white box on black, and the mask of its upper left corner."""
    frame = torch.zeros(3, *size)
    frame[(slice(None), *box)] = 255
    mask = torch.zeros(size)
    mask[5:8, 6:10] = 0.9
    return frame, torch.stack([1 - mask, mask])


def test_the_whole_of_what_looks_alike_is_found():
    frame, masks = scene()
    found = look(masks, frame, dilation=1)
    assert torch.equal(found[1], frame[0] / 255)
    assert torch.equal(found[0], 1 - found[1])


def test_it_grows_by_the_square():
    frame, masks = scene()
    found = look(masks, frame, dilation=5)[1]
    expected = torch.zeros(20, 30)
    expected[3:13, 4:17] = 1
    assert torch.equal(found, expected)


def test_a_coarse_map_is_enlarged_to_the_mask():
    frame, masks = scene(box=(slice(4, 12), slice(4, 16)))
    found = look(masks, frame, dilation=1, max_side=15)[1]
    assert torch.equal(found, frame[0] / 255)


@pytest.mark.parametrize(
    'box', [
        (slice(0, 19), slice(6, 15)),
        (slice(5, 11), slice(0, 25)),
    ],
    ids=['high', 'wide']
)
def test_what_is_all_over_the_frame_tells_nothing(box):
    frame, masks = scene(box=box)
    assert (look(masks, frame)[1] == 1).all()
    bounded = look(masks, frame, max_extent=(1.0, 1.0), dilation=1)
    assert torch.equal(bounded[1], frame[0] / 255)


def test_an_encoder_of_its_own_describes_the_frame():
    step = POSTPROCESSORS.build(
        dict(
            type='SemanticExtent',
            features=dict(type='UNetEncoder', base_channels=4, num_stages=1),
            threshold=0.9,
        )
    )
    frame, masks = scene()
    found = step(masks, dict(frames=frame[None]), MotionDataSample())
    assert set(found.unique().tolist()) <= {0.0, 1.0}
    assert step.feature_index is None


def test_rejects_what_it_cannot_use():
    frame, masks = scene()
    with pytest.raises(ValueError, match='one object, got 3 masks'):
        look(torch.cat([masks, masks[:1]]), frame)
    with pytest.raises(ValueError, match='dilation must be odd, got 4'):
        SemanticExtent(dilation=4)
    with pytest.raises(ValueError, match='max_extent'):
        SemanticExtent(max_extent=(0.9, ))
