import numpy as np
import pytest

from mmmotion.datasets import ResizeFlows
from mmmotion.registry import TRANSFORMS


@pytest.mark.parametrize('mode', ['bilinear', 'nearest'])
def test_resizing_keeps_flow_in_pixels_of_the_array(mode):
    flows = np.zeros((2, 10, 20, 2), np.float32)
    flows[0] = (4, 3)
    resize = ResizeFlows((5, 40), interpolation=mode)
    resized = resize.transform(dict(flows=flows))['flows']
    assert resized.shape == (2, 5, 40, 2)
    np.testing.assert_allclose(
        resized[0], np.broadcast_to((8, 1.5), (5, 40, 2))
    )


def test_resizing_without_rescaling_keeps_the_values():
    flows = np.ones((1, 10, 20, 2), np.float32)
    resize = ResizeFlows((5, 40), rescale=False)
    resized = resize.transform(dict(flows=flows))['flows']
    np.testing.assert_array_equal(resized, np.ones((1, 5, 40, 2)))


def test_nearest_takes_the_pixel_at_the_floor():
    flows = np.arange(14, dtype=np.float32).reshape(1, 1, 7, 2)
    resize = ResizeFlows((1, 3), 'nearest', rescale=False)
    resized = resize.transform(dict(flows=flows))['flows']
    assert resized[0, 0, :, 0].tolist() == [0, 4, 8]  # pixels 0, 2 and 4


@pytest.mark.parametrize(
    'settings', [dict(size=(0, 3)),
                 dict(size=(3, 3), interpolation='area')]
)
def test_rejects_bad_settings(settings):
    with pytest.raises(ValueError, match=r'expected .* got '):
        TRANSFORMS.build(dict(type='ResizeFlows', **settings))
