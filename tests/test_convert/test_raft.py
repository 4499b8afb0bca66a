import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.convert.raft import iterate_names

NAMES = dict(iterate_names())


def original():
    """Marked entries in the released form, with what is left out."""
    weights = {name: torch.tensor(i) for i, name in enumerate(NAMES)}
    for layer in (2, 3):
        name = f'cnet.layer{layer}.0.norm3.weight'
        weights[name] = weights[f'cnet.layer{layer}.0.downsample.1.weight']
    return {f'module.{name}': value for name, value in weights.items()}


def test_every_name_is_used_once():
    assert len(NAMES) == len(set(NAMES.values())) == 169


@pytest.mark.parametrize(
    'name, expected', [
        ('fnet.conv1.weight', 'feature_encoder.convnormrelu.0.weight'),
        ('fnet.conv2.bias', 'feature_encoder.conv.bias'),
        (
            'cnet.norm1.running_var',
            'context_encoder.convnormrelu.1.running_var'
        ),
        (
            'cnet.layer3.1.norm2.weight',
            'context_encoder.layer3.1.convnormrelu2.1.weight'
        ),
        (
            'cnet.layer2.0.downsample.1.bias',
            'context_encoder.layer2.0.downsample.1.bias'
        ),
        (
            'update_block.encoder.convf2.weight',
            'update_block.motion_encoder.convflow2.0.weight'
        ),
        (
            'update_block.gru.convr2.weight',
            'update_block.recurrent_block.convgru2.convr.weight'
        ),
        ('update_block.mask.2.bias', 'mask_predictor.conv.bias'),
    ]
)
def test_names_of_torchvision(name, expected):
    converted = convert_state_dict('raft', original())
    assert converted[expected] == original()[f'module.{name}']


def test_torchvision_loads_all_weights(raft_models):
    network = raft_models.raft_large(weights=None)
    expected = network.state_dict()
    weights = {name: expected[theirs] for name, theirs in NAMES.items()}
    converted = convert_state_dict('raft', weights)
    network.load_state_dict(converted, strict=True)
    assert len(converted) == len(expected)


def test_the_small_network_is_refused():
    weights = original()
    weights['module.fnet.layer1.0.conv3.weight'] = torch.zeros(1)
    with pytest.raises(ValueError, match=r'of raft.*layer1\.0\.conv3'):
        convert_state_dict('raft', weights)
