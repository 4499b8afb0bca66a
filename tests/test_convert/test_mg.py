import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.registry import MODELS


@pytest.fixture(scope='module')
def original(golden):
    state, _ = golden('mg_without_recon.npz')
    return state


def released_model():
    """The segmentor of the released checkpoints."""
    return MODELS.build(
        dict(
            type='MG',
            encoder=dict(type='VGGEncoder'),
            binding=dict(type='SlotAttention'),
            decoder=dict(type='SlotDecoder'),
            loss_recon=dict(type='ReconstructionLoss'),
            loss_entropy=dict(type='EntropyLoss'),
            loss_consistency=dict(type='MaskConsistencyLoss'),
        )
    )


def test_every_weight_finds_its_place(original):
    model = released_model()
    converted = convert_state_dict('mg', original)
    model.load_state_dict(converted, strict=True)
    assert len(converted) == len(original) == 73
    assert sum(p.numel() for p in model.parameters()) == 4_766_276


def test_released_checkpoints_are_unwrapped(original):
    checkpoint = dict(
        iteration=7,
        model_state_dict=original,
        optimizer_state_dict=dict(state={}, param_groups=[]),
        loss=torch.tensor(0.5),
    )
    converted = convert_state_dict('mg', checkpoint)
    expected = convert_state_dict('mg', original)
    assert converted.keys() == expected.keys()
    assert all(torch.equal(converted[k], expected[k]) for k in expected)


def test_missing_and_unexpected_keys_are_named(original):
    state = dict(original)
    state['decoder_cnn.13.bias'] = state.pop('decoder_cnn.12.bias')
    with pytest.raises(ValueError, match=r'12\.bias\).*13\.bias\)'):
        convert_state_dict('mg', state)
