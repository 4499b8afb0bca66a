import pytest
import torch

from mmmotion.postprocessing import color_features
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample


def build(**kwargs):
    return POSTPROCESSORS.build(dict(type='SpectralMerge', **kwargs))


def quarters(size=(8, 12)):
    masks = torch.zeros(4, *size)
    for i in range(4):
        masks[i, :, 3 * i:3 * i + 3] = 1
    return masks


def frame_of(colours, size=(16, 24)):
    frame = torch.zeros(1, 3, *size)
    for i, colour in enumerate(colours):
        frame[..., 6 * i:6 * i + 6] = torch.tensor(colour)[:, None, None]
    return frame


def test_groups_of_similar_colour_are_merged():
    red, blue = (200.0, 20.0, 20.0), (10.0, 30.0, 220.0)
    reddish, bluish = (180.0, 40.0, 30.0), (20.0, 20.0, 200.0)
    frame = frame_of([red, blue, reddish, bluish])
    masks = quarters()
    merged = build()(masks, dict(frames=frame), MotionDataSample())
    assert torch.equal(merged[0], masks[0] + masks[2])
    assert torch.equal(merged[1], masks[1] + masks[3])


def test_two_groups_stay_as_they_are():
    masks = torch.rand(2, 4, 5)
    assert torch.equal(build()(masks, {}, MotionDataSample()), masks)


def test_features_do_not_depend_on_brightness_and_contrast():
    frame = torch.rand(3, 8, 12) * 100
    torch.testing.assert_close(
        color_features(frame, (8, 12)),
        color_features(frame * 2 + 20, (8, 12)),
    )


def test_says_that_frames_are_missing():
    with pytest.raises(ValueError, match=r"inputs \['flows'\]"):
        build()(quarters(), dict(flows=None), MotionDataSample())


@pytest.mark.parametrize(
    'cfg',
    [dict(features='sound'),
     dict(floor=0), dict(min_mass=1)]
)
def test_rejects_impossible_settings(cfg):
    with pytest.raises(ValueError, match=r'features must|floor in'):
        build(**cfg)
