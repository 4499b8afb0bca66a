import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.models.encoders import ResNetEncoder

SOURCE = 'torchvision-resnet'


@pytest.fixture(scope='module', params=[18, 50])
def encoder(request):
    with torch.device('meta'):
        return ResNetEncoder(request.param)


@pytest.fixture(scope='module')
def released(encoder):
    return {
        **encoder.state_dict(),
        'fc.weight': torch.zeros(2, 2),
        'fc.bias': torch.zeros(2),
    }


def test_the_classifier_is_dropped(encoder, released):
    converted = convert_state_dict(SOURCE, released)
    assert converted.keys() == encoder.state_dict().keys()
    assert all(converted[name] is released[name] for name in converted)


def test_a_file_without_counters_loads_strictly(encoder, released):
    state = {k: v for k, v in released.items() if 'num_batches' not in k}
    converted = convert_state_dict(SOURCE, state)
    assert converted.keys() == encoder.state_dict().keys()
    assert int(converted['layer4.1.bn2.num_batches_tracked']) == 0


def test_the_online_branch_of_a_contrastive_training(encoder, released):
    training = {'module.queue': torch.zeros(2)}
    for name, value in released.items():
        training[f'module.encoder_q.{name}'] = value
        training[f'module.encoder_k.{name}'] = None
    converted = convert_state_dict(SOURCE, dict(state_dict=training))
    assert converted.keys() == encoder.state_dict().keys()
    assert all(converted[name] is released[name] for name in converted)


def test_a_missing_layer_is_named(released):
    key = 'layer2.0.downsample.0.weight'
    state = {name: value for name, value in released.items() if name != key}
    with pytest.raises(ValueError, match=rf'resnet: 1 missing \({key}\)'):
        convert_state_dict(SOURCE, state)


def test_another_network_is_refused():
    with pytest.raises(ValueError, match=r'resnet: .*unexpected \(cls_token'):
        convert_state_dict(SOURCE, {'cls_token': torch.zeros(1)})
