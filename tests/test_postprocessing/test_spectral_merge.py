from itertools import combinations

import pytest
import torch
import torch.nn.functional as F

from mmmotion.postprocessing import FrameEncoder, frame_encoder
from mmmotion.postprocessing.spectral import spectral_merge
from mmmotion.registry import MODELS, POSTPROCESSORS
from mmmotion.structures import MotionDataSample


def build(**kwargs):
    return POSTPROCESSORS.build(dict(type='SpectralMerge', **kwargs))


def quarters(size=(8, 12)):
    masks = torch.zeros(4, *size)
    for i in range(4):
        masks[i, :, 3 * i:3 * i + 3] = 1
    return masks


def frame_of(colours, size=(16, 24)):
    frame = torch.zeros(1, 3, *size)
    for i, colour in enumerate(colours):
        frame[..., 6 * i:6 * i + 6] = torch.tensor(colour)[:, None, None]
    return frame


def test_groups_of_similar_colour_are_merged():
    red, blue = (200.0, 20.0, 20.0), (10.0, 30.0, 220.0)
    reddish, bluish = (180.0, 40.0, 30.0), (20.0, 20.0, 200.0)
    frame = frame_of([red, blue, reddish, bluish])
    masks = quarters()
    merged = build()(masks, dict(frames=frame), MotionDataSample())
    assert torch.equal(merged[0], masks[0] + masks[2])
    assert torch.equal(merged[1], masks[1] + masks[3])


def test_two_groups_stay_as_they_are():
    masks = torch.rand(2, 4, 5)
    assert torch.equal(build()(masks, {}, MotionDataSample()), masks)


def test_the_features_of_the_segmentor_are_read_from_the_inputs():
    step = build(features='segmentor', in_index=-2)
    # One column of the map for each quarter; the frame says otherwise.
    features = torch.tensor([[[1.0, 2.0, -1.0, -3.0]]])
    frames = frame_of([(0.0, 0.0, 0.0)] * 2 + [(9.0, 9.0, 9.0)] * 2)
    given = {'frames': frames, 'features_-2': features}
    masks = quarters()[[0, 2, 1, 3]]
    merged = step(masks, given, MotionDataSample())
    assert torch.equal(merged[0], masks[0] + masks[2])
    assert step.feature_index == -2
    assert build().feature_index is None


class RedOrBlue(torch.nn.Module):
    """Two maps of half the size; the last tells red from blue."""

    def forward(self, x):
        means = F.avg_pool2d(x, 2)
        return means[:, :1], means[:, :1] - means[:, 2:]


@pytest.fixture
def red_or_blue(monkeypatch):
    MODELS.get('UNetEncoder')
    monkeypatch.setitem(MODELS.module_dict, 'RedOrBlue', RedOrBlue)
    return dict(type='RedOrBlue')


def test_segments_are_described_by_an_encoder_of_its_own(red_or_blue):
    red, blue, green = (200.0, 9.0, 9.0), (9.0, 9.0, 200.0), (60.0, 200.0, 9.0)
    frame = frame_of([red, blue, green, blue])
    masks = quarters()
    step = build(features=red_or_blue)
    merged = step(masks, dict(frames=frame), MotionDataSample())
    assert torch.equal(merged[0], masks[0] + masks[2])
    with pytest.raises(ValueError, match='returns 2 maps, got in_index=2'):
        step = build(features=red_or_blue, in_index=2)
        step(masks, dict(frames=frame), MotionDataSample())


def test_the_encoder_sees_normalised_frames_and_is_frozen(red_or_blue):
    settings = dict(mean=(1, 2, 3), std=(1, 2, 4))
    encoder = FrameEncoder(red_or_blue, 0, settings)
    frame = torch.full((3, 8, 8), 7.0)
    torch.testing.assert_close(encoder(frame), torch.full((1, 4, 4), 6.0))
    unet = FrameEncoder(dict(type='UNetEncoder', base_channels=4))
    assert not unet.encoder.training
    assert not any(p.requires_grad for p in unet.encoder.parameters())
    assert not unet(torch.rand(3, 16, 16)).requires_grad


def test_random_weights_are_said_once(monkeypatch):
    logged = []
    monkeypatch.setattr(
        frame_encoder, 'print_log', lambda text, **_: logged.append(text)
    )
    encoder = FrameEncoder(dict(type='UNetEncoder', base_channels=4))
    encoder(torch.rand(3, 16, 16))
    encoder(torch.rand(3, 16, 16))
    text, = logged
    assert 'features of UNetEncoder are those of random weights' in text


KEYS = dict(
    type='ViTEncoder',
    patch_stride=4,
    embed_dims=12,
    num_heads=3,
    depth=12,
    img_size=32,
    out_type='keys',
)


def test_segments_are_described_by_the_keys_of_a_released_vit(tmp_path):
    path = str(tmp_path / 'dino.pth')
    vit = MODELS.build(KEYS)
    torch.save(vit.state_dict(), path)  # in the names of DINO
    torch.manual_seed(5)
    cfg = dict(KEYS, init_cfg=dict(type='Pretrained', checkpoint=path))
    step = build(features=cfg, min_mass=0)
    frame = torch.rand(3, 32, 48) * 255
    masks = (4 * torch.randn(4, 32, 48)).softmax(dim=0)
    merged = step(masks, dict(frames=frame[None]), MotionDataSample())

    mean, std = ([123.675, 116.28, 103.53], [58.395, 57.12, 57.375])
    image = (frame - torch.tensor(mean)[:, None, None]
             ) / torch.tensor(std)[:, None, None]
    keys = vit.eval()(image[None])[-1]
    assert keys.shape == (1, 12, 7, 11)
    resized = F.interpolate(keys, size=(32, 48), mode='bilinear')[0]
    expected, _ = spectral_merge(resized.detach(), masks, min_mass=0)
    torch.testing.assert_close(merged, expected)


def test_a_file_of_weights_is_missed_before_the_training(tmp_path):
    init_cfg = dict(type='Pretrained', checkpoint=str(tmp_path / 'no.pth'))
    model = MODELS.build(
        dict(
            type='RobustBackground',
            postprocess=[
                dict(
                    type='SpectralMerge',
                    features=dict(KEYS, init_cfg=init_cfg),
                )
            ],
        )
    )
    with pytest.raises(FileNotFoundError, match=r'no\.pth'):
        model.init_weights()


@pytest.mark.parametrize('features', ['color', 'segmentor'])
def test_says_what_is_missing(features):
    needed = dict(color='frames', segmentor='features_-1')[features]
    with pytest.raises(ValueError, match=rf"{needed}, got 4 .*\['flows'\]"):
        build(features=features
              )(quarters(), dict(flows=None), MotionDataSample())


@pytest.mark.parametrize(
    'cfg', [
        dict(features='sound'),
        dict(features=dict(depth=2)),
        dict(floor=0),
        dict(min_mass=1)
    ]
)
def test_rejects_impossible_settings(cfg):
    with pytest.raises(ValueError, match=r'features must|floor in'):
        build(**cfg)


METHODS = dict(
    GWM=dict(
        encoder=dict(type='UNetEncoder', base_channels=4, num_stages=1),
        head=dict(type='FCNHead', in_channels=4, num_groups=3),
        motion_model=dict(type='ConstantMotion'),
        loss_recon=dict(type='FlowReconstructionLoss'),
    ),
    MG=dict(
        encoder=dict(type='VGGEncoder', channels=(4, )),
        binding=dict(type='SlotAttention', in_channels=4, num_slots=4),
        decoder=dict(type='SlotDecoder', in_channels=4, channels=(4, )),
        loss_recon=dict(type='ReconstructionLoss'),
        average_flows=True,
    ),
)


@pytest.mark.parametrize('features', ['color', 'segmentor', KEYS])
@pytest.mark.parametrize('method', METHODS)
def test_merging_and_selection_follow_any_method(method, features):
    steps = [
        dict(type='SpectralMerge', features=features),
        dict(type='BorderForeground')
    ]
    model = MODELS.build(
        dict(type=method, postprocess=steps, **METHODS[method])
    ).eval()
    inputs = dict(
        frames=torch.randn(2, 1, 3, 16, 24),
        flows=torch.randn(2, 2, 2, 16, 24)
    )
    for sample in model(inputs, mode='predict'):
        regions, masks = sample.pred_regions, sample.pred_masks
        assert len(regions) > len(masks) == 2
        # The foreground is a sum of regions.
        unions = [
            regions[list(members)].sum(dim=0)
            for size in range(1, len(regions))
            for members in combinations(range(len(regions)), size)
        ]
        assert any(torch.allclose(masks[1], union) for union in unions)
