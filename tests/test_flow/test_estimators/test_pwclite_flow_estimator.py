import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from mmmotion.convert.arflow import iterate_names
from mmmotion.engine import CheckpointError
from mmmotion.flow import PWCLite, PWCLiteFlowEstimator
from mmmotion.flow.estimators import complete_settings
from mmmotion.registry import FLOW_ESTIMATORS


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    """A network of ours with its training around it."""
    torch.manual_seed(0)
    state = {
        f'network.{name}': value
        for name, value in PWCLite().state_dict().items()
    }
    state['data_preprocessor.mean'] = torch.zeros(3)
    path = tmp_path_factory.mktemp('weights') / 'iter_7.pth'
    torch.save(dict(meta=dict(iter=7), state_dict=state), path)
    return str(path)


@pytest.fixture(scope='module')
def frames():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (2, 101, 163, 3), dtype=np.uint8)


def run(network, images):
    """Finest flow of (2, H, W, 3) frames in [0, 1]."""
    pair = torch.as_tensor(images).permute(0, 3, 1, 2).float()
    with torch.no_grad():
        return network(pair[None], with_backward=False).forward[0]


@pytest.mark.parametrize(
    'settings, size', [
        (dict(), (128, 192)),
        (dict(input_size=(64, 128)), (64, 128)),
    ]
)
def test_resized_frames_give_flow_in_pixels_of_the_frames(
    checkpoint, frames, settings, size
):
    estimator = PWCLiteFlowEstimator(checkpoint, **settings)
    images = torch.as_tensor(frames).permute(0, 3, 1, 2).float() / 255
    images = interpolate(images, size, mode='bilinear', antialias=True)
    flow = run(estimator.network, images.permute(0, 2, 3, 1))
    flow = interpolate(flow, (101, 163), mode='bilinear', align_corners=True)
    flow *= torch.tensor([163 / size[1], 101 / size[0]])[:, None, None]
    found = estimator.estimate(*frames)
    np.testing.assert_allclose(
        found, flow[0].permute(1, 2, 0).numpy(), atol=1e-5
    )


def test_padded_frames_give_flow_of_the_pixels_themselves(checkpoint, frames):
    estimator = PWCLiteFlowEstimator(checkpoint, mode='pad')
    padded = np.pad(
        frames / 255, ((0, 0), (0, 27), (0, 29), (0, 0)), mode='edge'
    )
    expected = run(estimator.network, padded)[0, :, :101, :163]
    np.testing.assert_allclose(
        estimator.estimate(*frames),
        expected.permute(1, 2, 0).numpy(),
        atol=1e-5,
    )


@pytest.mark.parametrize('mode', ['resize', 'pad'])
def test_a_fitting_size_is_taken_as_it_is(checkpoint, frames, mode):
    fitting = frames[:, :64, :128]
    estimator = PWCLiteFlowEstimator(checkpoint, mode=mode)
    expected = run(estimator.network, fitting / 255)[0].permute(1, 2, 0)
    found = estimator.estimate(*fitting)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


@pytest.mark.parametrize(
    'side, expected', [(1, 64), (95, 64), (96, 128), (480, 512), (854, 832)]
)
def test_sides_become_the_nearest_multiple(
    checkpoint, monkeypatch, side, expected
):
    sizes = []
    estimator = PWCLiteFlowEstimator(checkpoint)

    def record(images, with_backward):
        sizes.append(images.shape[-2:])
        raise KeyboardInterrupt

    monkeypatch.setattr(estimator.network, 'forward', record)
    frame = np.zeros((side, 64, 3), np.uint8)
    with pytest.raises(KeyboardInterrupt):
        estimator.estimate(frame, frame)
    assert sizes == [(expected, 64)]


@pytest.mark.parametrize('mode', ['resize', 'pad'])
def test_a_frame_of_one_pixel(checkpoint, mode):
    frame = np.full((1, 1, 3), 77, np.uint8)
    flow = PWCLiteFlowEstimator(checkpoint, mode=mode).estimate(frame, frame)
    assert flow.shape == (1, 1, 2) and np.isfinite(flow).all()


def test_a_released_file_is_converted(golden, frames, tmp_path):
    state, content = golden('pwclite.npz')
    torch.save(dict(epoch=1, state_dict=state), tmp_path / 'pwclite_ar.tar')
    estimator = FLOW_ESTIMATORS.build(
        dict(
            type='PWCLiteFlowEstimator',
            checkpoint=str(tmp_path / 'pwclite_ar.tar'),
        )
    )
    flow = estimator.estimate(*content['frames'])
    expected = content['flows_fw_0_every4'][0].transpose(1, 2, 0)
    # A tenth of a thousandth of the longest, which has 47 pixels.
    np.testing.assert_allclose(flow[::4, ::4], expected, atol=5e-3)


def test_provenance_is_that_of_the_weights(checkpoint, tmp_path):
    content = torch.load(checkpoint)
    bare = {
        name.removeprefix('network.'): value
        for name, value in content['state_dict'].items() if 'network' in name
    }
    torch.save(bare, tmp_path / 'bare.pth')
    bare['predict.bias'] = bare['predict.bias'] + 1e-3
    torch.save(bare, tmp_path / 'other.pth')
    first, same, other = (
        PWCLiteFlowEstimator(str(path)).provenance() for path in
        (checkpoint, tmp_path / 'bare.pth', tmp_path / 'other.pth')
    )
    assert first == same
    assert first['weights'] != other['weights']


def test_weights_that_cannot_be_used_are_named(golden, tmp_path):
    with pytest.raises(FileNotFoundError, match=r'absent\.pth'):
        PWCLiteFlowEstimator(str(tmp_path / 'absent.pth'))
    (tmp_path / 'broken.pth').write_bytes(b'PK\x03\x04')
    with pytest.raises(CheckpointError, match=r'broken\.pth is damaged'):
        PWCLiteFlowEstimator(str(tmp_path / 'broken.pth'))
    torch.save(torch.nn.Linear(2, 2).state_dict(), tmp_path / 'linear.pth')
    with pytest.raises(CheckpointError, match=r'linear\.pth holds no PWCLite'):
        PWCLiteFlowEstimator(str(tmp_path / 'linear.pth'))
    three_frames, _ = golden('pwclite_mv.npz')
    torch.save(three_frames, tmp_path / 'pwclite_ar_mv.tar')
    with pytest.raises(CheckpointError, match=r'_mv\.tar .*\(128, 198, 3, 3'):
        PWCLiteFlowEstimator(str(tmp_path / 'pwclite_ar_mv.tar'))
    with pytest.raises(ValueError, match='needs checkpoint'):
        complete_settings('pwclite')


@pytest.mark.parametrize(
    'settings, message', [
        (dict(mode='crop'), "'resize', 'pad'.* got 'crop'"),
        (dict(mode='pad', input_size=(64, 64)), 'with mode=.pad'),
        (dict(input_size=(64, 100)), r'multiples of 64, got \(64, 100\)'),
        (dict(input_size=(0, 64)), r'got \(0, 64\)'),
        (dict(input_size=(64, )), r'got \(64,\)'),
    ]
)
def test_rejects_impossible_settings(checkpoint, settings, message):
    with pytest.raises(ValueError, match=message):
        PWCLiteFlowEstimator(checkpoint, **settings)


def test_weights_for_normalised_features_need_the_setting(tmp_path, frames):
    network = PWCLite(normalize_features=True)
    path = str(tmp_path / 'normalized.pth')
    torch.save(network.state_dict(), path)
    with pytest.raises(CheckpointError):
        PWCLiteFlowEstimator(path)
    estimator = PWCLiteFlowEstimator(path, True, mode='pad')
    images = np.pad(frames, ((0, 0), (0, 27), (0, 29), (0, 0)), mode='edge')
    flow = run(network, images / np.float32(255))
    np.testing.assert_allclose(
        estimator.estimate(*frames),
        flow[0, :, :101, :163].permute(1, 2, 0).numpy(),
        atol=1e-4,
    )


def save_network(path, form, normalize):
    """Weights of ours alone, below a prefix, or of the release."""
    state = PWCLite(normalize_features=normalize).state_dict()
    if form == 'training':
        state = {f'network.{name}': state[name] for name in state}
        state['data_preprocessor.mean'] = torch.zeros(3)
    elif form == 'release':
        state = {theirs: state[ours] for theirs, ours in iterate_names()}
    torch.save(dict(state_dict=state), path)


@pytest.mark.parametrize(
    'form, trained', [
        ('training', True),
        ('training', False),
        ('network', True),
        ('network', False),
        ('release', False),
    ]
)
def test_weights_of_the_other_kind_are_refused_with_the_name_of_the_setting(
    tmp_path, form, trained
):
    path = str(tmp_path / 'weights.pth')
    save_network(path, form, trained)
    PWCLiteFlowEstimator(path, normalize_features=trained)
    with pytest.raises(CheckpointError) as caught:
        PWCLiteFlowEstimator(path, normalize_features=not trained)
    assert str(caught.value) == (
        f'{path} was trained with normalize_features={trained}, but this '
        f'PWCLite has normalize_features={not trained}'
    )
