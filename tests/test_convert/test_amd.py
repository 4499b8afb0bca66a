import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.registry import MODELS


@pytest.fixture(scope='module')
def original(golden):
    state, _ = golden('amd.npz')
    return state


def released_model():
    """The segmentor of the released checkpoints."""
    return MODELS.build(
        dict(
            type='AMD',
            encoder=dict(
                type='ResNetEncoder',
                strides=(1, 2, 1, 1),
                dilations=(1, 1, 1, 2),
            ),
            head=dict(
                type='FCNHead',
                in_channels=2048,
                num_groups=5,
                in_index=-1,
                num_convs=2,
                dilation=6,
                norm=dict(type='BN'),
                dropout_ratio=0.1,
            ),
            motion_model=dict(type='SegmentFlow'),
            loss_recon=dict(type='PhotometricLoss'),
        )
    )


def test_every_weight_finds_its_place(original):
    model = released_model()
    converted = convert_state_dict('amd', original)
    model.load_state_dict(converted, strict=True)
    assert len(converted) == len(original) == 380
    parts = (model.encoder, model.head, model.motion_model)
    counts = [sum(p.numel() for p in part.parameters()) for part in parts]
    assert counts == [23_508_032, 5_310_725, 1_721_714]


def test_checkpoints_of_both_codes_are_unwrapped(original):
    expected = convert_state_dict('amd', original)
    release = dict(meta=dict(iter=7), state_dict=original, optimizer={})
    lightning = dict(
        epoch=7,
        state_dict={
            f'model.{key}': v
            for key, v in original.items()
        },
    )
    for checkpoint in (release, lightning):
        converted = convert_state_dict('amd', checkpoint)
        assert converted.keys() == expected.keys()
        assert all(torch.equal(converted[k], expected[k]) for k in expected)


@pytest.mark.parametrize(
    'key', ['decode_head2.conv_seg.bias', 'backbone2.layer3.2.bn1.weight']
)
def test_missing_keys_are_named(original, key):
    state = {name: v for name, v in original.items() if name != key}
    with pytest.raises(ValueError, match=key.removeprefix('backbone2.')):
        convert_state_dict('amd', state)
