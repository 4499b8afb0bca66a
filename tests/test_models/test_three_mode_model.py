import pytest
import torch

from mmmotion.models.three_mode_model import ThreeModeModel


class Recorder(ThreeModeModel):

    def loss(self, inputs, data_samples):
        return dict(loss=inputs['frames'].mean(), samples=data_samples)

    def predict(self, inputs, data_samples=None):
        return ['predicted', data_samples]

    def _forward(self, inputs):
        return inputs['frames'] + 1


def test_each_mode_has_its_method():
    model, inputs = Recorder(), dict(frames=torch.ones(1, 1, 3, 2, 2))
    assert model(inputs, mode='loss') == dict(loss=1, samples=[])
    assert model(inputs, ['one'], mode='loss')['samples'] == ['one']
    assert model(inputs, mode='predict') == ['predicted', None]
    assert (model(inputs) == 2).all()
    with pytest.raises(ValueError, match="'tensor', got 'train'"):
        model(inputs, mode='train')


def test_frames_are_prepared_as_the_config_says():
    model = Recorder(dict(mean=(0, 0, 0), std=(51, 51, 51)))
    data = dict(inputs=dict(frames=[torch.full((1, 3, 2, 2), 102.0)]))
    frames = model.data_preprocessor(data)['inputs']['frames']
    torch.testing.assert_close(frames, torch.full((1, 1, 3, 2, 2), 2.0))
