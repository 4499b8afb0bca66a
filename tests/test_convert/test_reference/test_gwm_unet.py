import pytest

from mmmotion.convert.reference import ReferenceArrays, check_reference


@pytest.mark.parametrize('name', ['gwm_unet.npz', 'gwm_unet_bilinear.npz'])
def test_the_network_equals_the_original(golden, name):
    state, content = golden(name)
    arrays = ReferenceArrays(content)
    comparison, = check_reference('gwm-unet', state, arrays)
    assert comparison.passed, str(comparison)
    assert arrays.unread == []


def test_other_weights_fail(golden):
    state, content = golden('gwm_unet_bilinear.npz')
    state = {**state, 'outc.conv.bias': state['outc.conv.bias'] + 0.01}
    comparison, = check_reference('gwm-unet', state, content)
    assert not comparison.passed


def test_without_outputs_nothing_is_compared(golden):
    state, content = golden('gwm_unet_bilinear.npz')
    assert check_reference('gwm-unet', state,
                           dict(input=content['input'])) == []
