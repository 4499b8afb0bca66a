import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.convert.reference import imas as reference


@pytest.fixture(scope='module')
def original(golden):
    state, _ = golden('imas.npz')
    return state


def test_every_weight_finds_its_place(original):
    converted = convert_state_dict('imas', original)
    model = reference.build(converted)
    assert len(converted) == len(original) == 354
    parts = (
        model.encoder,
        model.head,
        model.motion_model.head,
        model.motion_model.base,
        model,
    )
    counts = [sum(p.numel() for p in part.parameters()) for part in parts]
    assert counts == [23_508_032, 5_900_292, 10_032_144, 42_434, 39_482_902]


def test_lightning_checkpoints_with_a_teacher_are_unwrapped(original):
    expected = convert_state_dict('imas', original)
    weights = {f'model.{key}': value for key, value in original.items()}
    for part in ('backbone2', 'decode_head2'):
        for key, value in original.items():
            if key.startswith(f'{part}.'):
                name = key.replace(part, f'{part}_ema', 1)
                weights[f'model.{name}'] = torch.zeros_like(value)
    converted = convert_state_dict('imas', dict(state_dict=weights))
    assert converted.keys() == expected.keys()
    assert all(torch.equal(converted[k], expected[k]) for k in expected)


@pytest.mark.parametrize(
    'key',
    [
        'decode_head3.conv_seg.bias',
        'decode_head.flow_feat_after_agg.0.weight',
        'backbone2.layer4.2.bn1.weight',
    ],
)
def test_missing_keys_are_named(original, key):
    state = {name: v for name, v in original.items() if name != key}
    with pytest.raises(ValueError, match=key.removeprefix('backbone2.')):
        convert_state_dict('imas', state)
