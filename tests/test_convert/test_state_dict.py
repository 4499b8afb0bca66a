import pytest
import torch

from mmmotion.convert import convert_state_dict
from mmmotion.registry import MODELS


@pytest.fixture(scope='module')
def original(golden):
    state, _ = golden('gwm_unet_bilinear.npz')
    return state


def segmentor(upsample):
    return MODELS.build(
        dict(
            type='GWM',
            encoder=dict(type='UNetEncoder', upsample=upsample),
            head=dict(type='FCNHead', in_channels=64, num_groups=4),
            motion_model=dict(type='QuadraticMotion'),
            loss_recon=dict(type='FlowReconstructionLoss'),
        )
    )


@pytest.mark.parametrize(
    'name, upsample',
    [('gwm_unet', 'transposed'), ('gwm_unet_bilinear', 'bilinear')],
)
def test_converted_unet_loads_strictly(golden, name, upsample):
    state, _ = golden(f'{name}.npz')
    converted = convert_state_dict('gwm-unet', state)
    segmentor(upsample).load_state_dict(converted, strict=True)
    assert len(converted) == len(state)


@pytest.mark.parametrize(
    'wrapper', ['model', 'state_dict', 'model_state_dict']
)
def test_wrappers_and_prefixes_are_removed(original, wrapper):
    parallel = {f'module.{key}': value for key, value in original.items()}
    checkpoint = {wrapper: parallel, 'iteration': 7}
    converted = convert_state_dict('gwm-unet', checkpoint)
    expected = convert_state_dict('gwm-unet', original)
    assert converted.keys() == expected.keys()


def test_label_values_among_the_weights_are_dropped(original):
    converted = convert_state_dict(
        'gwm-unet', {
            **original, 'mask_values': [0, 255]
        }
    )
    assert len(converted) == len(original)


def test_missing_key_is_named(original):
    state = dict(original)
    del state['up2.conv.double_conv.0.weight']
    with pytest.raises(ValueError, match=r'1 missing \(up2\.conv'):
        convert_state_dict('gwm-unet', state)


def test_unexpected_key_is_named(original):
    state = {**original, 'aux.weight': torch.zeros(1)}
    with pytest.raises(ValueError, match=r'1 unexpected \(aux\.weight\)'):
        convert_state_dict('gwm-unet', state)


def test_another_model_is_refused():
    with pytest.raises(ValueError, match='not a state dict of gwm-unet'):
        convert_state_dict('gwm-unet', {'fc.weight': torch.zeros(2, 2)})


def test_unknown_source_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"'unet', expected one .*gwm-unet, "):
        convert_state_dict('unet', {})


def test_values_have_to_be_tensors(original):
    state = {**original, 'outc.conv.bias': [0.0] * 4}
    with pytest.raises(TypeError, match=r'outc\.conv\.bias .* got list'):
        convert_state_dict('gwm-unet', state)
    with pytest.raises(TypeError, match='expected a state dict, got list'):
        convert_state_dict('gwm-unet', [1, 2])
