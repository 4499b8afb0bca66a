import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.models.encoders import ViTEncoder


@pytest.fixture(scope='module')
def encoder():
    return ViTEncoder(
        patch_size=4, embed_dims=8, depth=2, num_heads=2, img_size=16
    )


@pytest.fixture(scope='module')
def released(encoder):
    return encoder.state_dict()


def test_a_released_backbone_loads_strictly(encoder, released):
    encoder.load_state_dict(convert_state_dict('dino', released), strict=True)


def test_the_teacher_is_taken_from_a_whole_training(encoder, released):

    def wrapped(prefix, factor):
        weights = {
            f'{prefix}backbone.{name}': factor * value
            for name, value in released.items()
        }
        return {**weights, f'{prefix}head.mlp.0.weight': torch.zeros(2, 2)}

    checkpoint = dict(
        student=wrapped('module.', 2), teacher=wrapped('', 1), epoch=300
    )
    converted = convert_state_dict('dino', checkpoint)
    assert converted.keys() == released.keys()
    assert all(torch.equal(converted[k], released[k]) for k in released)
    parallel = dict(teacher=wrapped('module.', 1))
    assert convert_state_dict('dino', parallel).keys() == released.keys()


def test_a_missing_layer_is_named(released):
    state = {k: v for k, v in released.items() if k != 'blocks.1.norm2.bias'}
    with pytest.raises(ValueError, match=r'1 missing \(blocks\.1\.norm2'):
        convert_state_dict('dino', state)


def test_another_network_is_refused():
    state = {'conv1.weight': torch.zeros(1), 'fc.bias': torch.zeros(1)}
    with pytest.raises(ValueError, match=r'of dino: .*unexpected \(conv1'):
        convert_state_dict('dino', state)
