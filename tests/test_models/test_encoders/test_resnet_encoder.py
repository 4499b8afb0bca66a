import pytest
import torch
from torch import nn

from mmmotion.convert import convert_state_dict
from mmmotion.models.encoders import ResNetEncoder
from mmmotion.registry import MODELS

MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


def test_maps_equal_the_original(golden):
    # The reference keeps an eighth of the size, with one dilated stage.
    state, arrays = golden('resnet50_dilated.npz')
    state = {name.removeprefix('backbone2.'): state[name] for name in state}
    encoder = MODELS.build(
        dict(
            type='ResNetEncoder',
            strides=(1, 2, 1, 1),
            dilations=(1, 1, 1, 2),
            out_indices=(1, 3),
        )
    ).eval()
    weights = convert_state_dict('torchvision-resnet', state)
    encoder.load_state_dict(weights, strict=True)
    image = torch.from_numpy(arrays['frames']).permute(0, 3, 1, 2)
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (MEAN, STD))
    with torch.no_grad():
        maps = encoder((image - mean) / std)
    for i, found in zip((2, 4), maps):
        expected = torch.from_numpy(arrays[f'layer{i}_every32'])
        error = (found[:, ::32] - expected).abs().max() / expected.abs().max()
        assert error < 1e-5


@pytest.mark.parametrize(
    'depth, count',
    [(18, 11_689_512), (34, 21_797_672), (50, 25_557_032), (101, 44_549_160)],
)
def test_parameter_count_of_the_classifier(depth, count):
    with torch.device('meta'):
        encoder = ResNetEncoder(depth)
    found = sum(value.numel() for value in encoder.parameters())
    assert found + 1000 * (encoder.out_channels[-1] + 1) == count


@pytest.mark.parametrize(
    'strides, sizes', [((1, 2, 2, 2), (8, 4, 2, 1)), ((1, 2, 1), (8, 4, 4))]
)
def test_maps_at_their_strides(strides, sizes):
    encoder = ResNetEncoder(18, strides, (1, ) * len(strides))
    maps = encoder(torch.rand(2, 3, 29, 32))
    assert tuple(m.shape[1] for m in maps) == encoder.out_channels
    assert tuple(m.shape[2] for m in maps) == sizes


@pytest.mark.parametrize('depth, conv', [(18, 'conv1'), (50, 'conv2')])
def test_the_first_block_has_half_the_dilation(depth, conv):
    encoder = ResNetEncoder(
        depth, (1, 2, 1, 1), (1, 1, 2, 4), contract_dilation=True
    )
    for stage, expected in (('layer3', [1, 2]), ('layer4', [2, 4])):
        blocks = encoder.get_submodule(stage)
        convs = [block.get_submodule(conv) for block in blocks][:2]
        assert [layer.dilation[0] for layer in convs] == expected
        assert [layer.padding[0] for layer in convs] == expected
    assert encoder(torch.rand(1, 3, 64, 64))[-1].shape[-2:] == (8, 8)


@pytest.mark.parametrize('depth', [18, 50])
def test_every_3x3_convolution_of_a_stage_is_dilated(depth):
    encoder = ResNetEncoder(depth, (1, 2, 1, 1), (1, 1, 1, 2))
    for stage, expected in (('layer3', 1), ('layer4', 2)):
        convs = [
            layer for layer in encoder.get_submodule(stage).modules()
            if isinstance(layer, nn.Conv2d) and layer.kernel_size == (3, 3)
        ]
        assert convs
        assert all(c.dilation == (expected, expected) for c in convs)
    assert encoder(torch.rand(1, 3, 45, 40))[-1].shape[-2:] == (6, 5)


@pytest.mark.parametrize('depth', [18, 50])
def test_blocks_may_begin_as_their_shortcut(depth):
    encoder = ResNetEncoder(depth, zero_init_residual=True).eval()
    x = torch.rand(1, 64 if depth == 18 else 256, 5, 5)
    torch.testing.assert_close(encoder.layer1[1](x), x)


def test_fixed_norms_keep_statistics_and_weights():
    image = torch.rand(2, 3, 32, 32)
    for bn_frozen in (False, True):
        encoder = ResNetEncoder(18, bn_eval=True, bn_frozen=bn_frozen).train()
        encoder(image)[-1].sum().backward()
        norms = [m for m in encoder.modules() if isinstance(m, nn.BatchNorm2d)]
        assert all(int(norm.num_batches_tracked) == 0 for norm in norms)
        has_grad = [norm.weight.grad is not None for norm in norms]
        assert has_grad == [not bn_frozen] * len(norms)
        assert encoder.conv1.weight.grad is not None


def test_frozen_stages_and_what_no_output_reads():
    encoder = ResNetEncoder(18, out_indices=(2, ), frozen_stages=1).train()
    encoder(torch.rand(2, 3, 32, 32))[0].sum().backward()
    trained = {
        name.split('.')[0]
        for name, value in encoder.named_parameters() if value.requires_grad
    }
    assert trained == {'layer2', 'layer3'}
    assert int(encoder.bn1.num_batches_tracked) == 0
    assert int(encoder.layer2[0].bn1.num_batches_tracked) == 1
    for name, value in encoder.named_parameters():
        assert (value.grad is not None) == value.requires_grad, name


@pytest.mark.parametrize(
    'settings, message',
    [
        (dict(depth=20), 'depth must be one of 18, .* got 20'),
        (dict(strides=(1, 2)), r'got \(1, 2\) and \(1, 1, 1, 1\)'),
        (dict(strides=(), dilations=()), 'up to 4 stages'),
        (dict(bn_frozen=True), 'bn_eval'),
        (dict(depth=34, with_cp=True), 'bottlenecks'),
        (dict(out_indices=(4, )), 'out_indices'),
        (dict(frozen_stages=5), 'frozen_stages'),
    ],
)
def test_rejects_impossible_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        ResNetEncoder(**{'depth': 18, **settings})
