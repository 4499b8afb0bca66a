import numpy as np
import pytest
import torch

from mmmotion.convert import convert_checkpoint, convert_state_dict
from mmmotion.convert.gwm_maskformer import (
    count_layers,
    count_maps,
    count_upsamplings,
)
from mmmotion.engine import CheckpointError, load_checkpoint
from mmmotion.models.encoders import SwinEncoder, ViTEncoder
from mmmotion.registry import MODELS

PIXELS = 'sem_seg_head.pixel_decoder'
QUERIES = 'sem_seg_head.predictor'
LAYERS = f'{QUERIES}.transformer.decoder.layers'
BOTH = 'weight', 'bias'
C = 32
UNUSED = {
    'criterion.empty_weight': torch.ones(3),
    f'{QUERIES}.mask_querie_comb.0.weight': torch.ones(3, 3, 1, 1),
    f'{QUERIES}.mask_querie_comb.1.bias': torch.ones(2),
}


def original(widths=(8, 16), upsamplings=2, num_layers=2, num_queries=3):
    """Head in the names and shapes of the original, of random values."""
    *finer, coarsest = widths
    shapes = {}

    def conv(name, ins, side, norm=True):
        shapes[f'{name}.weight'] = (C, ins, side, side)
        for entry in BOTH if norm else ():
            shapes[f'{name}.norm.{entry}'] = (C, )

    def linear(name, ins, outs):
        shapes[f'{name}.weight'], shapes[f'{name}.bias'] = (outs,
                                                            ins), (outs, )

    for i, width in enumerate(finer, start=1):
        conv(f'{PIXELS}.adapter_{i}', width, 1)
        conv(f'{PIXELS}.layer_{i}', C, 3)
    conv(f'{PIXELS}.layer_{len(widths)}', coarsest, 3)
    last = f'{PIXELS}.mask_features'
    for i in range(upsamplings):
        conv(f'{last}.{3 * i}', C, 3)
        conv(f'{last}.{3 * i + 2}', C, 1)
    last += f'.{3 * upsamplings}' if upsamplings else ''
    shapes[f'{last}.weight'], shapes[f'{last}.bias'] = (C, C, 3, 3), (C, )
    for i in range(num_layers):
        for name in ('self_attn', 'multihead_attn'):
            shapes[f'{LAYERS}.{i}.{name}.in_proj_weight'] = (3 * C, C)
            shapes[f'{LAYERS}.{i}.{name}.in_proj_bias'] = (3 * C, )
            linear(f'{LAYERS}.{i}.{name}.out_proj', C, C)
        linear(f'{LAYERS}.{i}.linear1', C, 48)
        linear(f'{LAYERS}.{i}.linear2', 48, C)
    norms = [
        f'{LAYERS}.{i}.norm{j}' for i in range(num_layers) for j in (1, 2, 3)
    ]
    for name in (*norms, f'{QUERIES}.transformer.decoder.norm'):
        shapes.update({f'{name}.{entry}': (C, ) for entry in BOTH})
    shapes[f'{QUERIES}.query_embed.weight'] = (num_queries, C)
    linear(f'{QUERIES}.input_proj', coarsest, C)
    shapes[f'{QUERIES}.input_proj.weight'] += (1, 1)
    for i in range(3):
        linear(f'{QUERIES}.mask_embed.layers.{i}', C, C)
    generator = torch.Generator().manual_seed(0)
    return {
        name: 0.3 * torch.randn(shape, generator=generator)
        for name, shape in shapes.items()
    }


def build_head(widths=(8, 16), upsamplings=2, num_layers=2, num_queries=3):
    return MODELS.build(
        dict(
            type='MaskFormerHead',
            in_channels=widths,
            num_groups=num_queries,
            channels=C,
            pixel_decoder=dict(num_upsamplings=upsamplings),
            binding=dict(num_layers=num_layers, mlp_channels=48),
        )
    )


@pytest.mark.parametrize(
    'settings',
    [
        {},
        dict(upsamplings=0),
        dict(upsamplings=1, widths=(4, 8, 12, 16), num_layers=1),
        dict(num_queries=5, widths=(8, )),
    ],
)
def test_every_weight_gets_the_name_of_our_head(settings):
    state = original(**settings)
    converted = convert_state_dict('gwm-maskformer', {**state, **UNUSED})
    weights = {k.removeprefix('head.'): v for k, v in converted.items()}
    build_head(**settings).load_state_dict(weights, strict=True)
    tied = max(2 * settings.get('upsamplings', 2), 0)
    assert len(converted) == len(state) - 2 * tied
    assert len({id(value) for value in converted.values()}) == len(converted)


def test_corresponding_weights():
    state = original()
    converted = convert_state_dict('gwm-maskformer', state)
    last = f'{PIXELS}.mask_features'
    for name, ours in {
            f'{PIXELS}.adapter_1.weight': 'pixel_decoder.laterals.0.0.weight',
            f'{PIXELS}.layer_1.norm.bias': 'pixel_decoder.merges.0.1.bias',
            f'{PIXELS}.layer_2.weight': 'pixel_decoder.coarsest.weight',
            f'{last}.2.weight': 'pixel_decoder.up_mixes.0.weight',
            f'{last}.3.weight': 'pixel_decoder.up_convs.1.weight',
            f'{last}.6.bias': 'pixel_decoder.last.bias',
            f'{LAYERS}.1.norm2.weight': 'binding.layers.1.norms.1.weight',
            f'{QUERIES}.mask_embed.layers.1.bias': 'embedding.2.bias',
    }.items():
        assert converted[f'head.{ours}'] is state[name]


@pytest.mark.parametrize(
    'upsamplings, effective',
    [(2, 'mask_features.5'), (1, 'mask_features.2'), (0, 'layer_2')],
)
def test_the_tied_norm_is_the_one_that_was_loaded_last(upsamplings, effective):
    state = original(upsamplings=upsamplings)
    converted = convert_state_dict('gwm-maskformer', state)
    for entry in BOTH:
        norm = state[f'{PIXELS}.{effective}.norm.{entry}']
        assert converted[f'head.pixel_decoder.norm.{entry}'] is norm


def test_other_names_of_the_tied_norm_may_be_missing():
    state = {
        key: value
        for key, value in original().items()
        if not key.startswith(f'{PIXELS}.mask_features.0.norm')
    }
    assert len(convert_state_dict('gwm-maskformer', state)) == len(state) - 6


def small_vit():
    return ViTEncoder(
        patch_size=4, embed_dims=8, depth=2, num_heads=2, img_size=16
    )


def small_swin():
    return SwinEncoder(embed_dims=8, depths=(1, 1), num_heads=(2, 2))


def test_dinos_own_file_makes_the_model_whole():
    vit = small_vit().state_dict()
    both = convert_state_dict('gwm-maskformer', {**original(), **vit})
    head = convert_state_dict('gwm-maskformer', original())
    assert both.keys() == head.keys() | {f'encoder.{key}' for key in vit}
    for key, value in vit.items():
        assert both[f'encoder.{key}'] is value


def test_swin_is_inside_the_file():
    swin = small_swin().state_dict()
    state = {f'backbone.{key}': value for key, value in swin.items()}
    index = 'backbone.layers.0.blocks.0.attn.relative_position_index'
    state[index] = torch.zeros(49, 49)
    both = convert_state_dict('gwm-maskformer', {**original(), **state})
    encoder = {
        key.removeprefix('encoder.'): value
        for key, value in both.items() if key.startswith('encoder.')
    }
    small_swin().load_state_dict(encoder, strict=True)


def test_the_structure_is_read_from_the_names():
    state = original(widths=(4, 8, 16), upsamplings=1, num_layers=3)
    assert count_maps(state) == 3
    assert count_upsamplings(state) == 1
    assert count_layers(state) == 3


@pytest.mark.parametrize(
    'change, message',
    [
        (dict(extra=torch.ones(1)), r'1 unexpected \(extra\)'),
        ({
            f'{QUERIES}.query_embed.weight': None
        }, r'query_embed.* tensor'),
    ],
)
def test_other_contents_are_named(change, message):
    with pytest.raises((TypeError, ValueError), match=message):
        convert_state_dict('gwm-maskformer', {**original(), **change})


def test_another_network_is_refused():
    with pytest.raises(ValueError, match=r'adapter_1.* 1 unexpected \(fc\)'):
        convert_state_dict('gwm-maskformer', {'fc': torch.ones(1)})


def test_released_file_is_read_when_it_is_trusted(tmp_path):
    source, result = tmp_path / 'released.pth', tmp_path / 'head.pth'
    torch.save(
        dict(
            model={
                **original(),
                **UNUSED
            },
            optimizer=dict(state={}),
            scheduler={},
            random_state=(np.random.get_state(), range(3)),
            iteration=20000,
            loss=torch.tensor(1.0),
            iou=0.8,
        ),
        source,
    )
    with pytest.raises(CheckpointError, match='--trust-pickle'):
        convert_checkpoint('gwm-maskformer', source, result)
    convert_checkpoint('gwm-maskformer', source, result, trust_pickle=True)
    weights = torch.load(result, weights_only=True)['state_dict']
    torch.testing.assert_close(
        weights, convert_state_dict('gwm-maskformer', original())
    )


def test_encoder_of_a_separate_file_is_added(tmp_path, load_tool):
    torch.save(dict(model=original(widths=(8, 8))), tmp_path / 'head.pth')
    vit = small_vit()
    torch.save(vit.state_dict(), tmp_path / 'dino.pth')
    tool = load_tool('convert_checkpoint.py')
    paths = [str(tmp_path / f'{n}.pth') for n in ('head', 'whole', 'dino')]
    tool.main(['gwm-maskformer', *paths[:2], '--encoder', paths[2]])
    model = torch.nn.ModuleDict(
        dict(encoder=small_vit(), head=build_head((8, 8)))
    )
    load_checkpoint(model, paths[1], strict=True)
    torch.testing.assert_close(model['encoder'].state_dict(), vit.state_dict())
