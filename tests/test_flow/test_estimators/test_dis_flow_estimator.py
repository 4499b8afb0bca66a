import cv2
import numpy as np
import pytest

from mmmotion.registry import FLOW_ESTIMATORS


@pytest.fixture(scope='module')
def texture():
    noise = np.random.default_rng(0).uniform(0, 255, (120, 160, 3))
    return cv2.GaussianBlur(noise, (0, 0), 2).clip(0, 255)


def moved(texture, u, v):
    """Two crops of which the second shows the first moved by (u, v)."""
    contrast = (texture - texture.mean()) * 4 + 128
    frame = contrast.clip(0, 255).astype(np.uint8)
    return frame[10:-10, 10:-10], frame[10 - v:110 - v, 10 - u:150 - u]


@pytest.mark.parametrize(
    'kind', ['DISFlowEstimator', 'FarnebackFlowEstimator']
)
@pytest.mark.parametrize('u, v', [(3, -2), (-1, 4)])
def test_a_translation_is_recovered(texture, kind, u, v):
    estimator = FLOW_ESTIMATORS.build(dict(type=kind))
    flow = estimator.estimate(*moved(texture, u, v))
    assert flow.dtype == np.float32 and flow.shape == (100, 140, 2)
    inner = flow[16:-16, 16:-16].reshape(-1, 2)
    np.testing.assert_allclose(np.median(inner, axis=0), (u, v), atol=0.1)


@pytest.mark.parametrize(
    'settings',
    [
        dict(preset='ultrafast'),
        dict(preset='fast'),
        dict(preset='medium', finest_scale=0),
    ],
)
def test_settings_change_the_flow(texture, settings):
    frames = moved(texture, 3, -2)
    default, other = (
        FLOW_ESTIMATORS.build(dict(type='DISFlowEstimator', **kwargs))
        for kwargs in ({}, settings)
    )
    assert not np.array_equal(
        default.estimate(*frames), other.estimate(*frames)
    )


def test_calls_do_not_depend_on_earlier_ones(texture):
    estimator = FLOW_ESTIMATORS.build(dict(type='DISFlowEstimator'))
    frames = moved(texture, 3, -2)
    first = estimator.estimate(*frames).copy()
    estimator.estimate(*moved(texture, -4, 4))
    np.testing.assert_array_equal(estimator.estimate(*frames), first)


def test_a_flat_image_gives_a_finite_flow():
    estimator = FLOW_ESTIMATORS.build(dict(type='DISFlowEstimator'))
    flat = np.full((12, 12, 3), 77, np.uint8)
    assert np.isfinite(estimator.estimate(flat, flat)).all()


def test_frames_that_cannot_be_used_are_refused():
    estimator = FLOW_ESTIMATORS.build(dict(type='DISFlowEstimator'))
    frame = np.zeros((20, 30, 3), np.uint8)
    with pytest.raises(ValueError, match=r'12 x 12.*\(11, 30\)'):
        estimator.estimate(frame[:11], frame[:11])
    with pytest.raises(ValueError, match=r'\(20, 30\) and \(20, 29\)'):
        estimator.estimate(frame, frame[:, :29])
    with pytest.raises(TypeError, match='float32'):
        estimator.estimate(frame.astype(np.float32), frame)
    with pytest.raises(ValueError, match=r'\(H, W, 3\)'):
        estimator.estimate(frame[..., 0], frame[..., 0])


@pytest.mark.parametrize(
    'settings',
    [dict(preset='slow'), dict(finest_scale=-1)]
)
def test_rejects_unknown_settings(settings):
    with pytest.raises(ValueError, match=r'slow|-1'):
        FLOW_ESTIMATORS.build(dict(type='DISFlowEstimator', **settings))
