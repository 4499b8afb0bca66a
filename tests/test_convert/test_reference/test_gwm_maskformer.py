import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmmotion.convert import convert_state_dict
from mmmotion.convert.reference import ReferenceArrays, check_reference
from mmmotion.models.encoders import ViTEncoder
from mmmotion.models.heads import MaskFormerHead

MEAN = torch.tensor([123.675, 116.28, 103.53]).view(3, 1, 1)
STD = torch.tensor([58.395, 57.12, 57.375]).view(3, 1, 1)


def test_swin_and_the_plain_head_equal_the_original(golden):
    state, content = golden('gwm_swin_base.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference('swin', state, arrays)
    names = [c.name for c in comparisons]
    assert names == ['pred_masks', 'pred_masks (centred)']
    assert all(c.passed for c in comparisons), comparisons
    assert arrays.unread == []


@pytest.mark.slow
def test_the_main_model_equals_the_original(golden):
    state, content = golden('gwm_maskformer_vit.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference('gwm-maskformer', state, arrays)
    assert [c.name for c in comparisons] == ['logits', 'logits (centred)']
    assert all(c.passed for c in comparisons), comparisons
    assert arrays.unread == []


@pytest.fixture(scope='module')
def small(golden):
    """Weights of the original's head before a narrow ViT of three blocks."""
    torch.manual_seed(0)
    state, _ = golden('gwm_head.npz')
    vit = ViTEncoder(
        embed_dims=64,
        num_heads=1,
        depth=3,
        img_size=32,
        patch_stride=4,
        out_type='keys',
        out_indices=(0, 2),
    ).eval()
    pixels = 'sem_seg_head.pixel_decoder'
    for name, side in ((f'{pixels}.adapter_1', 1), (f'{pixels}.layer_2', 3),
                       ('sem_seg_head.predictor.input_proj', 1)):
        state[f'{name}.weight'] = 0.1 * torch.randn(256, 64, side, side)
    dropped = [
        f'{pixels}.{n}_{i}.' for n in ('adapter', 'layer') for i in (2, 3, 4)
    ]
    keep = f'{pixels}.layer_2.'
    state = {
        key: value
        for key, value in state.items()
        if key.startswith(keep) or not key.startswith(tuple(dropped))
    }
    return {**state, **vit.state_dict()}, vit


def run_small(state, vit, image):
    """The network step by step, as the release puts it together."""
    head = MaskFormerHead((64, 64), 4,
                          pixel_decoder=dict(num_upsamplings=2)).eval()
    head.load_state_dict({
        key.removeprefix('head.'): value
        for key, value in convert_state_dict('gwm-maskformer', state).items()
        if key.startswith('head.')
    })
    height, width = image.shape[-2:]
    padded = F.pad((image - MEAN) / STD, (0, -width % 32, 0, -height % 32))
    with torch.no_grad():
        maps = vit(padded)
        logits = head(maps)
    return maps, logits


def as_arrays(image, maps, raw, logits):
    return dict(
        input=image.numpy(),
        res2_sample=maps[0][:, ::8].numpy(),
        res3_sample=maps[1].numpy(),
        pred_masks=raw.numpy(),
        logits=logits.numpy(),
    )


def test_small_networks_of_other_sizes(small):
    image = 255 * torch.rand(2, 3, 64, 96)
    maps, raw = run_small(*small, image)
    assert raw.shape[-2:] == (66, 98)
    logits = raw[..., 1:65, 1:97]
    arrays = as_arrays(image, maps, raw, logits)
    comparisons = check_reference('gwm-maskformer', small[0], arrays)
    assert len(comparisons) == 6
    assert all(c.passed for c in comparisons), comparisons
    arrays['res3_sample'] = np.roll(arrays['res3_sample'], 1, axis=1)
    failed = check_reference('gwm-maskformer', small[0], arrays)
    assert [c.name for c in failed if not c.passed] == ['res3_sample']


def test_padded_images_are_fitted_as_in_the_release(small):
    image = 255 * torch.rand(1, 3, 62, 70)
    maps, raw = run_small(*small, image)
    logits = F.interpolate(raw, size=(62, 70), mode='bilinear')
    arrays = as_arrays(image, maps, raw, logits)
    comparisons = check_reference('gwm-maskformer', small[0], arrays)
    assert all(c.passed for c in comparisons), comparisons


def test_a_file_of_the_head_alone_is_named(golden):
    state, _ = golden('gwm_head.npz')
    arrays = dict(input=np.zeros((1, 3, 32, 32)), logits=np.zeros(1))
    with pytest.raises(KeyError, match='gwm-head'):
        check_reference('gwm-maskformer', state, arrays)


def test_without_outputs_nothing_is_compared(golden):
    _, content = golden('gwm_swin_base.npz')
    arrays = dict(input=content['input'])
    assert check_reference('swin', {}, arrays) == []
