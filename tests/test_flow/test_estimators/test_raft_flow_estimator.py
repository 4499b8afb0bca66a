import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from mmmotion.convert.raft import iterate_names
from mmmotion.engine import CheckpointError
from mmmotion.flow import RAFTFlowEstimator
from mmmotion.registry import FLOW_ESTIMATORS


def build(**settings):
    return FLOW_ESTIMATORS.build(
        dict(type='RAFTFlowEstimator', num_flow_updates=2, **settings)
    )


@pytest.fixture(scope='module')
def frames():
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (2, 141, 163, 3), dtype=np.uint8)


def test_equals_torchvision_on_frames_padded_by_hand(raft_models, frames):
    estimator = build(weights=None, small=True)
    # 141 -> 144 and 163 -> 168, the odd pixel on the right or below.
    padded = np.pad(frames, ((0, 0), (1, 2), (2, 3), (0, 0)), mode='edge')
    images = torch.from_numpy(padded).permute(0, 3, 1, 2) / 127.5 - 1
    with torch.no_grad():
        flows = estimator.network(images[:1], images[1:], num_flow_updates=2)
    expected = flows[-1][0, :, 1:-2, 2:-3].permute(1, 2, 0).numpy()
    np.testing.assert_allclose(
        estimator.estimate(*frames), expected, atol=1e-4
    )


@pytest.mark.parametrize('size', [(9, 200), (128, 128), (131, 30)])
def test_any_size_keeps_its_size(raft_models, frames, size):
    small = np.resize(frames, (2, *size, 3))
    flow = build(weights=None, small=True).estimate(*small)
    assert flow.shape == (*size, 2) and flow.dtype == np.float32
    assert np.isfinite(flow).all()


def test_both_kinds_of_files_give_the_same_network(raft_models, tmp_path):
    weights = raft_models.raft_large(weights=None).state_dict()
    torch.save(weights, tmp_path / 'torchvision.pth')
    original = {f'module.{a}': weights[b] for a, b in iterate_names()}
    for layer in (2, 3):
        original[f'module.cnet.layer{layer}.0.norm3.bias'] = torch.zeros(1)
    torch.save(original, tmp_path / 'raft-things.pth')
    hashes = {
        build(weights=str(path)).provenance()['weights']
        for path in tmp_path.iterdir()
    }
    assert len(hashes) == 1
    assert build(weights=None).provenance()['weights'] not in hashes


def test_weights_of_another_network_are_refused(raft_models, tmp_path):
    path = tmp_path / 'raft-small.pth'
    torch.save(raft_models.raft_small(weights=None).state_dict(), path)
    build(weights=str(path), small=True)
    with pytest.raises(CheckpointError, match=r'raft-small\.pth holds no '):
        build(weights=str(path))
    with pytest.raises(FileNotFoundError, match=r'absent\.pth'):
        build(weights='absent.pth')


@pytest.mark.parametrize('weights', ['DEFAULT', 'C_T_V3', 'things'])
def test_unknown_weights_are_refused_with_the_known_ones(raft_models, weights):
    message = f"C_T_SKHT_K_V1.*C_T_V1, .* a file such as .*got '{weights}'"
    with pytest.raises(ValueError, match=message):
        build(weights=weights)


def test_rejects_no_update():
    with pytest.raises(ValueError, match='num_flow_updates above 0, got 0'):
        RAFTFlowEstimator(num_flow_updates=0)


class FakeNetwork(nn.Module):
    """The interface of torchvision's network, with its conditions."""

    def forward(self, image1, image2, num_flow_updates=12):
        assert image1.shape == image2.shape
        height, width = image1.shape[-2:]
        assert height % 8 == width % 8 == 0 and min(height, width) >= 128
        column = torch.arange(width).expand(1, height, width)
        row = torch.arange(height)[:, None].expand(1, height, width)
        flow = torch.stack((image1[:, 0] + column, image2[:, 2] + row), dim=1)
        return [flow * (i + 1) for i in range(num_flow_updates)]


@pytest.mark.parametrize(
    'size, offset', [
        ((141, 163), (1, 2)),
        ((128, 136), (0, 0)),
        ((9, 200), (59, 0)),
        ((1, 1), (63, 63)),
    ]
)
def test_the_last_update_is_cropped_to_the_frame(
    monkeypatch, frames, size, offset
):
    models = ModuleType('torchvision.models.optical_flow')
    models.raft_large = lambda weights: FakeNetwork()
    models.raft_small = None
    models.Raft_Large_Weights = SimpleNamespace(__members__={})
    models.Raft_Small_Weights = None
    for name in ('torchvision', 'torchvision.models'):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, models.__name__, models)
    first, second = np.resize(frames, (2, *size, 3))
    flow = build(weights=None).estimate(first, second)
    colours = np.stack((first[..., 0], second[..., 2]), axis=-1) / 127.5 - 1
    rows, columns = np.indices(size)
    places = np.stack((columns + offset[1], rows + offset[0]), axis=-1)
    np.testing.assert_allclose(flow, 2 * (colours + places), atol=1e-4)


class Broken(ModuleType):
    """A torchvision built for CUDA beside a torch for CPUs."""

    def __getattr__(self, name):
        raise RuntimeError('operator torchvision::nms does not exist')


@pytest.mark.parametrize(
    'module, cause', [
        (None, 'ModuleNotFoundError'),
        (Broken('torchvision'), 'RuntimeError: operator torchvision::nms'),
    ]
)
def test_a_torchvision_that_fails_is_named(monkeypatch, module, cause):
    for name in list(sys.modules):
        if name.split('.')[0] == 'torchvision':
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, 'torchvision', module)
    message = rf"{cause}.*'mmmotion\[raft\]'.* torch {torch.__version__[:3]}"
    with pytest.raises(ImportError, match=message):
        build()
