import pytest
import torch

from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample


def one_hot(*rows):
    labels = torch.tensor(rows)
    return torch.nn.functional.one_hot(labels, 3).permute(2, 0, 1).float()


def video():
    """Object 2 is the larger one in the first frame, 1 in the video."""
    return [
        one_hot([0, 2, 2, 1]),
        one_hot([0, 1, 1, 1]),
        one_hot([0, 0, 1, 2])
    ]


def foregrounds(keep):
    step = POSTPROCESSORS.build(dict(type='ForegroundObjects', keep=keep))
    samples = [MotionDataSample() for _ in range(3)]
    masks = step.process_video(video(), [{}] * 3, samples)
    alone = step(video()[0], {}, samples[0])
    for mask in (*masks, alone):
        torch.testing.assert_close(mask.sum(dim=0), torch.ones(1, 4))
    return [mask[1, 0].tolist() for mask in (*masks, alone)]


def test_all_objects_together():
    assert foregrounds('union') == [[0, 1, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1],
                                    [0, 1, 1, 1]]


def test_the_object_that_is_largest_in_the_whole_video():
    assert foregrounds('largest') == [[0, 0, 0, 1], [0, 1, 1, 1], [0, 0, 1, 0],
                                      [0, 1, 1, 0]]


@pytest.mark.parametrize(
    'keep, expected', [('union', True), ('largest', False)]
)
def test_says_whether_it_needs_the_video(keep, expected):
    step = POSTPROCESSORS.build(dict(type='ForegroundObjects', keep=keep))
    assert step.sees_one_frame == expected


def test_a_video_without_objects_is_background():
    step = POSTPROCESSORS.build(dict(type='ForegroundObjects', keep='largest'))
    masks = step(torch.ones(1, 2, 2), {}, MotionDataSample())
    assert torch.equal(masks[1], torch.zeros(2, 2))


def test_rejects_another_word():
    with pytest.raises(ValueError, match="got 'smallest'"):
        POSTPROCESSORS.build(dict(type='ForegroundObjects', keep='smallest'))
