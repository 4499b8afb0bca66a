import pytest
import torch
import torch.nn.functional as F

from mmmotion.postprocessing import FrameFeatures, color_features

VIT = dict(type='ViTEncoder', embed_dims=12, num_heads=3, depth=1, img_size=32)


def test_colours_come_at_the_size_that_is_asked_for():
    frames = torch.rand(2, 3, 8, 12)
    features = FrameFeatures()(dict(frames=frames), (4, 6))
    assert torch.equal(features, color_features(frames[0], (4, 6)))


def test_colours_do_not_depend_on_brightness_and_contrast():
    frame = torch.rand(3, 8, 12) * 100
    torch.testing.assert_close(
        color_features(frame, (8, 12)),
        color_features(frame * 2 + 20, (8, 12)),
    )


def test_a_map_of_the_segmentor_is_taken_as_it_is():
    features = FrameFeatures('segmentor', in_index=-2)
    assert (features.source, features.feature_index) == ('features_-2', -2)
    given = {'features_-2': torch.rand(5, 3, 4), 'frames': None}
    assert features(given, (9, 9)) is given['features_-2']


def test_an_encoder_of_its_own_sees_the_first_frame():
    features = FrameFeatures(VIT)
    assert features.source == 'frames' and features.feature_index is None
    frames = torch.rand(2, 3, 32, 48)
    found = features(dict(frames=frames), (9, 9))
    assert torch.equal(found, features.encoder(frames[0]))
    assert found.shape[0] == 12


def test_an_encoder_may_see_frames_of_another_size():
    features = FrameFeatures(VIT, frame_size=(64, 32))
    frames = 255 * torch.rand(1, 3, 24, 48)
    found = features(dict(frames=frames), (9, 9))
    resized = F.interpolate(
        frames, size=(64, 32), mode='bilinear', antialias=True
    )
    torch.testing.assert_close(found, features.encoder(resized[0]))
    assert found.shape == (12, 8, 4)


def test_rejects_what_it_cannot_use():
    for features in ('sound', None, 3):
        with pytest.raises(ValueError, match="features must be 'color'"):
            FrameFeatures(features)
    for size in ((480, ), (0, 854)):
        with pytest.raises(ValueError, match='frame_size must be None or'):
            FrameFeatures(VIT, frame_size=size)
