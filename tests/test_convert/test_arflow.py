import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.flow import PWCLite
from mmmotion.registry import MODELS


@pytest.mark.parametrize(
    'name, num_frames, num_parameters', [
        ('pwclite.npz', 2, 2_236_660),
        ('pwclite_mv.npz', 3, 2_371_444),
    ]
)
def test_every_weight_finds_its_place(
    golden, name, num_frames, num_parameters
):
    original, _ = golden(name)
    network = PWCLite(num_frames)
    converted = convert_state_dict('arflow', original)
    network.load_state_dict(converted, strict=True)
    assert len(converted) == len(original) == 60
    assert sum(p.numel() for p in network.parameters()) == num_parameters


def test_a_released_file_initialises_the_network(golden, tmp_path):
    original, _ = golden('pwclite.npz')
    path = tmp_path / 'pwclite_ar.tar'
    torch.save(dict(epoch=7, state_dict=original), path)
    network = MODELS.build(
        dict(
            type='PWCLite',
            init_cfg=dict(type='Pretrained', checkpoint=str(path)),
        )
    )
    network.init_weights()
    expected = convert_state_dict('arflow', original)
    for key, value in network.state_dict().items():
        assert torch.equal(value, expected[key]), key


def test_missing_and_unexpected_keys_are_named(golden):
    original, _ = golden('pwclite.npz')
    original['conv_1x1.5.0.bias'] = original.pop('conv_1x1.4.0.bias')
    with pytest.raises(ValueError, match=r'1x1\.4\.0\.bias\).*1x1\.5\.0\.'):
        convert_state_dict('arflow', original)
