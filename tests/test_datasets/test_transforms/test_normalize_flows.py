import numpy as np
import pytest

from mmmotion.datasets import NormalizeFlows
from mmmotion.registry import TRANSFORMS


def test_normalized_flows_do_not_depend_on_speed():
    flow = np.random.default_rng(0).normal(size=(24, 32, 2))
    flow = flow.astype(np.float32)
    transform = NormalizeFlows(percentile=95)
    both = transform.transform(dict(flows=np.stack([flow, 7 * flow])))['flows']
    np.testing.assert_allclose(both[0], both[1], rtol=1e-5)
    lengths = np.linalg.norm(both, axis=-1)
    assert (lengths > 1).mean() == pytest.approx(0.05, abs=0.01)
    assert both.dtype == np.float32


def test_a_still_scene_is_not_blown_up():
    flows = np.full((1, 4, 4, 2), 1e-3, np.float32)
    scaled = NormalizeFlows(eps=0.1).transform(dict(flows=flows))['flows']
    np.testing.assert_allclose(scaled, 0.01)


@pytest.mark.parametrize(
    'settings',
    [dict(percentile=0), dict(percentile=101),
     dict(eps=0)]
)
def test_rejects_bad_settings(settings):
    with pytest.raises(ValueError, match=r'expected .* got '):
        TRANSFORMS.build(dict(type='NormalizeFlows', **settings))
