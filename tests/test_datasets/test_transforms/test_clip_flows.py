import numpy as np
import pytest

from mmmotion.datasets import ClipFlows
from mmmotion.registry import TRANSFORMS


def test_clipping_limits_both_components():
    flows = np.array([[[[30, -3], [-21, 19]]]], np.float32)
    clipped = ClipFlows(20).transform(dict(flows=flows))['flows']
    assert clipped.tolist() == [[[[20, -3], [-20, 19]]]]


@pytest.mark.parametrize('settings', [dict(limit=0), dict(limit=-1)])
def test_rejects_bad_settings(settings):
    with pytest.raises(ValueError, match=r'expected .* got '):
        TRANSFORMS.build(dict(type='ClipFlows', **settings))
