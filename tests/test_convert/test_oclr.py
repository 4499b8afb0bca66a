import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.convert.oclr import iterate_names
from mmmotion.registry import MODELS

NORM = dict(type='IN', affine=False)


@pytest.fixture(scope='module')
def original(golden):
    state, _ = golden('oclr_losses.npz')
    return state


def segmentor(width, dropout=0.1):
    """The network of the release at a base width."""
    widths = [width * 2**i for i in range(5)]
    return MODELS.build(
        dict(
            type='OCLR',
            encoder=dict(
                type='VGGEncoder',
                in_channels=4,
                channels=widths,
                kernel_size=3,
                norm=NORM,
                bias=False,
                negative_slope=0.01,
            ),
            binding=dict(type='LayerQueries', in_channels=widths[-1]),
            decoder=dict(type='LayerDecoder', in_channels=widths, norm=NORM),
            order_head=dict(type='DepthOrderHead', in_channels=widths[-1]),
            loss_amodal=dict(type='MaskCrossEntropyLoss'),
        )
    )


def test_every_weight_finds_its_place(original):
    converted = convert_state_dict('oclr', original)
    segmentor(8).load_state_dict(converted, strict=True)
    assert len(converted) == len(original) == 129


def test_the_released_network_has_as_many_parameters():
    with torch.device('meta'):
        model = segmentor(32)
    assert sum(p.numel() for p in model.parameters()) == 20_660_932
    names = set(dict(iterate_names(3, 3)).values())
    assert names == set(model.state_dict())


def test_released_checkpoints_are_unwrapped(original):
    checkpoint = dict(
        iteration=7,
        model_state_dict=original,
        optimizer_state_dict=dict(state={}, param_groups=[]),
        loss=torch.tensor(0.5),
    )
    converted = convert_state_dict('oclr', checkpoint)
    expected = convert_state_dict('oclr', original)
    assert converted.keys() == expected.keys()
    assert all(torch.equal(converted[k], expected[k]) for k in expected)


def test_missing_and_unexpected_keys_are_named(original):
    state = dict(original)
    state['classhead.mlp.4.bias'] = state.pop('classhead.mlp.2.bias')
    with pytest.raises(ValueError, match=r'mlp\.2\.bias\).*mlp\.4\.bias\)'):
        convert_state_dict('oclr', state)
