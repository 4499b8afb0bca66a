import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmmotion.convert.reference import ReferenceArrays, check_reference
from mmmotion.convert.reference.gwm_vit import find_patch_stride

WIDTH, HEADS, DEPTH, PATCH, SIDE = 128, 2, 3, 4, 5


def tiny_state():
    layers = {
        'norm1': (WIDTH, ),
        'attn.qkv': (3 * WIDTH, WIDTH),
        'attn.proj': (WIDTH, WIDTH),
        'norm2': (WIDTH, ),
        'mlp.fc1': (2 * WIDTH, WIDTH),
        'mlp.fc2': (WIDTH, 2 * WIDTH),
    }
    shapes = {
        f'blocks.{i}.{k}': v
        for i in range(DEPTH)
        for k, v in layers.items()
    }
    shapes['norm'] = (WIDTH, )
    shapes['patch_embed.proj'] = (WIDTH, 3, PATCH, PATCH)
    state = {}
    for name, shape in shapes.items():
        state[f'{name}.weight'] = 0.1 * torch.randn(shape)
        state[f'{name}.bias'] = 0.1 * torch.randn(shape[0])
    state['cls_token'] = torch.randn(1, 1, WIDTH)
    state['pos_embed'] = torch.randn(1, 1 + SIDE**2, WIDTH)
    return state


def run_original(state, image, stride):
    """Embeddings and, per block, queries, keys, values and the output."""

    def linear(x, name):
        return F.linear(x, state[f'{name}.weight'], state[f'{name}.bias'])

    def norm(x, name):
        weight, bias = state[f'{name}.weight'], state[f'{name}.bias']
        return F.layer_norm(x, (WIDTH, ), weight, bias, 1e-6)

    patches = F.conv2d(
        image,
        state['patch_embed.proj.weight'],
        state['patch_embed.proj.bias'],
        stride=stride,
    )
    grid = patches.shape[-2:]
    table = state['pos_embed'][:, 1:].view(1, SIDE, SIDE, WIDTH)
    table = F.interpolate(
        table.permute(0, 3, 1, 2),
        scale_factor=tuple((n + 0.1) / SIDE for n in grid),
        mode='bicubic',
    )
    table = torch.cat([state['pos_embed'][:, :1], table.flatten(2).mT], 1)
    x = torch.cat([state['cls_token'], patches.flatten(2).mT], 1) + table
    blocks, embedded = [], x
    for i in range(DEPTH):
        name = f'blocks.{i}'
        qkv = linear(norm(x, f'{name}.norm1'), f'{name}.attn.qkv')
        q, k, v = qkv.view(1, -1, 3, HEADS, 64).permute(2, 0, 3, 1, 4)
        weights = (q @ k.mT / 8).softmax(-1)
        mixed = (weights @ v).transpose(1, 2).flatten(2)
        x = x + linear(mixed, f'{name}.attn.proj')
        y = F.gelu(linear(norm(x, f'{name}.norm2'), f'{name}.mlp.fc1'))
        x = x + linear(y, f'{name}.mlp.fc2')
        blocks.append((qkv[0], k, weights[0], norm(x, 'norm')[0]))
    return table, embedded[0], grid, blocks


def as_numpy(arrays):
    return {k: v.numpy() for k, v in arrays.items()}


@pytest.fixture
def original():
    return tiny_state(), torch.randn(1, 3, 24, 17)


def test_the_released_transformer_equals_the_original(golden):
    state, content = golden('dino_vits8.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference('dino', state, arrays)
    assert [c.name for c in comparisons] == ['cls', 'keys_last', 'pos_64x96']
    assert all(c.passed for c in comparisons), comparisons
    assert arrays.unread == []


def test_the_key_maps_equal_the_original(golden):
    state, content = golden('gwm_vit.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference('gwm-vit', state, arrays)
    assert [c.name for c in comparisons] == ['key5', 'key11', 'pos_embed']
    assert all(c.passed for c in comparisons), comparisons
    assert arrays.unread == []


def test_a_transformer_of_other_sizes(original):
    state, image = original
    _, embedded, _, blocks = run_original(state, image, PATCH)
    qkv, k, weights, last = blocks[-1]
    arrays = as_numpy(
        dict(
            image=image,
            tokens_in=embedded,
            intermediate_last2=torch.stack([b[3] for b in blocks[-2:]]),
            cls=last[0],
            last_selfattention=weights,
            qkv_last=qkv,
            keys_last=k[0].transpose(0, 1).flatten(1),
            keys_all_f16=torch.stack([
                b[1][0].transpose(0, 1).flatten(1) for b in blocks
            ]).half(),
        )
    )
    comparisons = check_reference('dino', state, arrays)
    assert len(comparisons) == 7
    assert all(c.passed for c in comparisons), comparisons


@pytest.mark.parametrize('stride', [2, 3])
def test_keys_of_other_sizes(original, stride):
    state, image = original
    table, _, grid, blocks = run_original(state, image, stride)
    arrays = dict(input=image, pos_embed=table[..., ::5])
    for i in (0, 2):
        keys = blocks[i][1][:, :, 1:].permute(0, 3, 1, 2).flatten(1, 2)
        arrays[f'key{i}'] = keys.unflatten(-1, grid)
    comparisons = check_reference('gwm-vit', state, as_numpy(arrays))
    assert len(comparisons) == 3
    assert all(c.passed for c in comparisons), comparisons
    arrays['key2'] = arrays['key2'].roll(1, dims=1)
    failed = check_reference('gwm-vit', state, as_numpy(arrays))
    assert [c.name for c in failed if not c.passed] == ['key2']


def test_without_outputs_nothing_is_compared(golden):
    state, _ = golden('gwm_vit.npz')
    assert check_reference('gwm-vit', state, dict(input=np.zeros(1))) == []
    assert check_reference('dino', {}, {}) == []


def test_a_grid_that_no_stride_makes_is_refused():
    assert find_patch_stride(8, (64, 96), (15, 23)) == 4
    assert find_patch_stride(8, (64, 96), (8, 12)) == 8
    with pytest.raises(ValueError, match=r'\(9, 99\) .* \(64, 96\)'):
        find_patch_stride(8, (64, 96), (9, 99))
