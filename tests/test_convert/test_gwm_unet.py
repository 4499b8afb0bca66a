import pytest
import torch

from mmmotion.convert.gwm_unet import (
    convert_gwm_unet,
    count_stages,
    has_transposed_up,
)
from mmmotion.registry import MODELS

NORM = 'weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'


def original(num_stages=1, transposed=True):
    """State dict in the names of the original, its values numbered."""
    names = ['outc.conv.weight', 'outc.conv.bias']
    blocks = ['inc.double_conv']
    for i in range(1, num_stages + 1):
        blocks += [f'down{i}.maxpool_conv.1.double_conv']
        blocks += [f'up{i}.conv.double_conv']
        if transposed:
            names += [f'up{i}.up.weight', f'up{i}.up.bias']
    for block in blocks:
        names += [f'{block}.0.weight', f'{block}.3.weight']
        names += [f'{block}.{i}.{entry}' for i in (1, 4) for entry in NORM]
    return {name: torch.tensor(i) for i, name in enumerate(names)}


@pytest.mark.parametrize('num_stages', [1, 2, 4])
@pytest.mark.parametrize('transposed', [True, False])
def test_every_weight_gets_the_name_of_our_network(num_stages, transposed):
    state = original(num_stages, transposed)
    encoder = MODELS.build(
        dict(
            type='UNetEncoder',
            base_channels=4,
            num_stages=num_stages,
            upsample='transposed' if transposed else 'bilinear',
        )
    )
    expected = {f'encoder.{key}' for key in encoder.state_dict()}
    converted = convert_gwm_unet(state)
    assert set(converted) == expected | {'head.conv.weight', 'head.conv.bias'}
    values = sorted(int(value) for value in converted.values())
    assert values == list(range(len(state)))


def test_corresponding_weights():
    state = original()
    converted = convert_gwm_unet(state)
    for name, ours in {
            'inc.double_conv.3.weight': 'encoder.stem.3.weight',
            'up1.up.bias': 'encoder.up.0.up.bias',
            'outc.conv.weight': 'head.conv.weight',
    }.items():
        assert converted[ours] is state[name]


def test_the_structure_is_read_from_the_names():
    assert count_stages(original(3)) == 3
    assert has_transposed_up(original())
    assert not has_transposed_up(original(transposed=False))


def test_names_without_structure_count_as_the_released_network():
    assert count_stages({'outc.conv.weight': 0}) == 4
    with pytest.raises(ValueError, match=r'missing \(inc\.double_conv'):
        convert_gwm_unet({'outc.conv.weight': torch.zeros(1)})
