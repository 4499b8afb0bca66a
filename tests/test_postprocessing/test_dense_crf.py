import numpy as np
import pytest
import torch
from PIL import Image

from mmmotion.postprocessing.crf import (
    CRFParameters,
    dense_crf,
    mask_unary,
    probability_unary,
)
from mmmotion.registry import MODELS, POSTPROCESSORS
from mmmotion.structures import MotionDataSample

SIZE = (32, 48)
SMALL = dict(spatial_sigma=10, color_sigma=10, num_iters=10)


def build(**kwargs):
    return POSTPROCESSORS.build(dict(type='DenseCRF', **SMALL, **kwargs))


def inside(size=SIZE):
    mask = torch.zeros(size)
    mask[size[0] // 4:size[0] // 2, size[1] // 4:size[1] // 2] = 1
    return mask


def frame(size=SIZE):
    return 40 + 160 * inside(size).expand(3, *size)


def coarse_masks(num_groups=2):
    """A blob around the object at a quarter of the size, first background."""
    blob = torch.full((8, 12), 0.1)
    blob[1:5, 2:7] = 0.8
    others = [torch.full((8, 12), 0.02)] * (num_groups - 2)
    return torch.stack([1 - blob - 0.02 * len(others), blob, *others])


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / '00000.png'
    pixels = frame().permute(1, 2, 0).numpy().astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return MotionDataSample(
        metainfo=dict(img_path=str(path), ori_shape=SIZE, video_id='toy')
    )


def test_reads_the_original_frame(sample):
    small = dict(frames=frame((16, 24))[None])
    result = build()(coarse_masks(), small, sample)
    assert result.shape == (2, *SIZE)
    assert torch.equal(result.argmax(dim=0), inside().long())
    torch.testing.assert_close(result.sum(dim=0), torch.ones(SIZE))


def test_uses_frames_that_have_the_wanted_size(sample):
    expected = build()(coarse_masks(), {}, sample)
    sample.set_metainfo(dict(img_path='gone.png'))
    inputs = dict(frames=frame()[None] + 0.2)
    torch.testing.assert_close(
        build()(coarse_masks(), inputs, sample), expected
    )


@pytest.mark.parametrize(
    'size, expected', [('network', (16, 24)), ((24, 36), (24, 36)),
                       (24, (24, 36))]
)
def test_works_at_other_sizes(sample, size, expected):
    inputs = dict(frames=frame((16, 24))[None])
    result = build(size=size)(coarse_masks(), inputs, sample)
    assert torch.equal(result.argmax(dim=0), inside(expected).long())


@pytest.mark.parametrize('scale', [None, 0.7])
def test_energies_come_from_the_masks(scale):
    masks = torch.rand(2, *SIZE).softmax(dim=0)
    image = frame()[None]
    if scale is None:
        unary = probability_unary(masks)
    else:
        unary = mask_unary(masks[1], scale)
    expected = dense_crf(unary[None], image, CRFParameters(**SMALL))[0]
    result = build(scale=scale)(masks, dict(frames=image), MotionDataSample())
    torch.testing.assert_close(result, expected)


def test_several_objects(sample):
    result = build()(coarse_masks(4), {}, sample)
    assert result.shape == (4, *SIZE)
    assert torch.equal(result.argmax(dim=0) == 1, inside().bool())


def test_runs_in_the_chain_of_a_method(sample):
    model = MODELS.build(
        dict(
            type='RobustBackground',
            degree=0,
            postprocess=[dict(type='DenseCRF', scale=0.8, **SMALL)],
        )
    )
    moving = inside((8, 12))
    flow = torch.stack([0.2 + 3 * moving, 0.1 * torch.ones(8, 12)])
    inputs = dict(flows=flow[None, None])
    result, = model(inputs, [sample], mode='predict')
    assert result.pred_masks.shape == (2, *SIZE)
    assert torch.equal(result.pred_seg.bool(), inside().bool())


def test_every_frame_of_a_video_is_refined(sample):
    masks = [coarse_masks()] * 2
    results = build().process_video(masks, [{}, {}], [sample] * 2)
    assert [result.shape for result in results] == [(2, *SIZE)] * 2


def test_says_which_frame_is_missing(sample):
    with pytest.raises(ValueError, match=r"are \['flows'\]: add LoadFrames"):
        build(size='network')(coarse_masks(), dict(flows=None), sample)
    nameless = MotionDataSample(metainfo=dict(video_id='toy'))
    with pytest.raises(ValueError, match='toy names no img_path'):
        build()(coarse_masks(), {}, nameless)


@pytest.mark.parametrize('num_groups, scale', [(1, None), (3, 0.8)])
def test_says_how_many_masks_it_needs(sample, num_groups, scale):
    masks = torch.ones(num_groups, *SIZE) / num_groups
    with pytest.raises(ValueError, match=f'got {num_groups}: put a step'):
        build(scale=scale)(masks, {}, sample)


@pytest.mark.parametrize(
    'cfg, message',
    [
        (dict(size='large'), "size must be.*'large'"),
        (dict(size=(0, 4)), r'size must be.*\(0, 4\)'),
        (dict(size=0), 'size must be.*got 0'),
        (dict(size=2.5), 'size must be.*got 2.5'),
        (dict(size=True), 'size must be.*got True'),
        (dict(scale=2.0), 'scale must be.*2.0'),
        (dict(scale='a'), "scale must be.*'a'"),
        (dict(bilateral_weight=-1), 'bilateral_weight must be.*-1'),
    ],
)
def test_rejects_impossible_settings(cfg, message):
    with pytest.raises(ValueError, match=message):
        build(**cfg)
