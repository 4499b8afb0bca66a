import sys
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn

from mmmotion.flow import PTLFlowEstimator


class FakeNetwork(nn.Module):
    """PTLFlow's interface: red and blue of the second frame as flow."""

    def __init__(self, weight):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))

    def forward(self, inputs):
        images = inputs['images']
        assert images.shape[1:3] == (2, 3)
        return dict(flows=self.weight * images[:, 1:, [2, 0]])


@pytest.fixture
def ptlflow(monkeypatch):
    module = ModuleType('ptlflow')
    module.get_model = lambda name, ckpt_path: FakeNetwork({
        'things': 2.0,
        None: 1.0
    }[ckpt_path])
    monkeypatch.setitem(sys.modules, 'ptlflow', module)


def test_frames_go_in_as_bgr_and_flow_comes_out(ptlflow):
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (2, 5, 7, 3), dtype=np.uint8)
    flow = PTLFlowEstimator('fake', 'things').estimate(*frames)
    expected = frames[1][..., [0, 2]] / 255 * 2
    np.testing.assert_allclose(flow, expected, atol=1e-6)


def test_provenance_tells_the_weights(ptlflow):
    first, other = (
        PTLFlowEstimator('fake', checkpoint).provenance()
        for checkpoint in ('things', None)
    )
    assert first != other


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'ptlflow', None)
    message = r"ptlflow, whose import fails .*'mmmotion\[ptlflow\]'"
    with pytest.raises(ImportError, match=message):
        PTLFlowEstimator('raft', 'things')
