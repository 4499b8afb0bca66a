import pytest

from mmmotion.flow import FarnebackFlowEstimator


@pytest.mark.parametrize(
    'settings, message',
    [
        (dict(pyramid_scale=1.0), r'pyramid_scale in \(0, 1\), got 1'),
        (dict(window_size=0), 'window_size above 0, got 0'),
    ],
)
def test_rejects_impossible_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        FarnebackFlowEstimator(**settings)
