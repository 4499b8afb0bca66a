from importlib import import_module

import pytest
import torch
from torch.nn.functional import grid_sample, interpolate

from mmmotion.convert.reference import ReferenceArrays, check_reference
from mmmotion.flow import correlate, warp

FINEST = {'flows_fw_0_every4', 'flows_bw_0_every4'}
FILES = ['pwclite.npz', 'pwclite_mv.npz']


@pytest.mark.parametrize('name', FILES)
def test_every_output_equals_the_original(golden, name):
    state, content = golden(name)
    arrays = ReferenceArrays(content)
    comparisons = check_reference('arflow', state, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 10
    assert arrays.unread == []


def upsample_between_borders(flow, size):
    """The mistake of keeping the border in place instead of the corners."""
    factor = size[0] / flow.shape[-2]
    return factor * interpolate(flow, size, mode='bilinear')


def sum_over_channels(first, second, radius=4):
    return first.shape[1] * correlate(first, second, radius)


def zero_outside(images, flow):
    return warp(images, flow, 'zeros')


def warp_between_borders(images, flow):
    """The mistake of the sampling default of newer PyTorch versions."""
    height, width = images.shape[-2:]
    y = 2 * (torch.arange(height)[:, None] + flow[:, 1]) / (height - 1) - 1
    x = 2 * (torch.arange(width) + flow[:, 0]) / (width - 1) - 1
    places = torch.stack((x, y), dim=-1)
    return grid_sample(
        images, places, padding_mode='border', align_corners=False
    )


def transposed_volume(first, second, radius=4):
    costs = correlate(first, second, radius).unflatten(1, (9, 9))
    return costs.transpose(1, 2).flatten(1, 2)


@pytest.mark.parametrize(
    'module, name, mistake', [
        ('pwclite', 'resize_flow_tensor', upsample_between_borders),
        ('cost_volume', 'correlate', sum_over_channels),
        ('cost_volume', 'correlate', transposed_volume),
        ('cost_volume', 'warp', zero_outside),
        ('cost_volume', 'warp', warp_between_borders),
    ]
)
def test_a_mistake_in_a_block_is_found(
    golden, monkeypatch, module, name, mistake
):
    module = import_module(f'mmmotion.flow.networks.{module}')
    monkeypatch.setattr(module, name, mistake)
    state, content = golden('pwclite.npz')
    comparisons = check_reference('arflow', state, ReferenceArrays(content))
    failed = {c.name for c in comparisons if not c.passed}
    assert failed >= FINEST


@pytest.mark.parametrize('name', FILES)
def test_frames_in_reverse_order_are_found(golden, name):
    state, content = golden(name)
    content['frames'] = content['frames'][::-1].copy()
    comparisons = check_reference('arflow', state, ReferenceArrays(content))
    failed = {c.name for c in comparisons if not c.passed}
    assert failed >= FINEST


@pytest.mark.parametrize(
    'name, mistake', [
        ('_own_first', lambda values, own: values),
        ('_as_seen', lambda flows, own: [flows[own], flows[1 - own]]),
    ]
)
def test_a_mistake_in_the_order_of_three_frames_is_found(
    golden, monkeypatch, name, mistake
):
    module = import_module('mmmotion.flow.networks.pwclite')
    monkeypatch.setattr(module, name, mistake)
    state, content = golden('pwclite_mv.npz')
    comparisons = check_reference('arflow', state, ReferenceArrays(content))
    failed = {c.name for c in comparisons if not c.passed}
    assert failed & FINEST
