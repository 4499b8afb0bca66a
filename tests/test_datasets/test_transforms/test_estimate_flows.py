import pickle

import numpy as np
import pytest

from mmmotion.datasets import EstimateFlows, SampleError, SyntheticMotion
from mmmotion.flow.estimators import DISFlowEstimator
from mmmotion.registry import TRANSFORMS

DIS = dict(type='DISFlowEstimator', finest_scale=0)


def rendered(index, **options):
    render = dict(
        type='RenderScene',
        gaps=(1, -1),
        frame_gaps=(1, -1),
        missing='opposite',
        **options,
    )
    dataset = SyntheticMotion(
        num_videos=1, num_frames=3, size=(64, 96), pipeline=[render]
    )
    return dataset[index]


def estimate(**options):
    return TRANSFORMS.build(
        dict(type='EstimateFlows', estimator=DIS, **options)
    )


def test_flows_come_from_the_estimator():
    sample = rendered(1)
    exact = sample['flows']
    found = estimate().transform(dict(sample))
    frames = sample['frames']
    backend = DISFlowEstimator(finest_scale=0)
    for i in range(2):
        expected = backend.estimate(frames[0], frames[1 + i])
        assert np.array_equal(found['flows'][i], expected)
    assert found['flow_gaps'] == (1, -1)
    error = np.linalg.norm(found['flows'] - exact, axis=-1)
    assert 0 < np.median(error) < 0.3


def test_the_other_direction_stands_in_with_its_sign_changed():
    last = estimate(missing='opposite').transform(rendered(2))
    assert last['flow_gaps'] == (1, -1)
    assert np.array_equal(last['flows'][0], -last['flows'][1])
    dropped = estimate(missing='drop').transform(rendered(2))
    assert dropped['flow_gaps'] == (-1, )
    assert np.array_equal(dropped['flows'][0], last['flows'][1])


def test_nothing_to_estimate_makes_no_flows():
    sample = dict(frames=np.zeros((1, 16, 16, 3), np.uint8), frame_gaps=(0, ))
    assert 'flows' not in estimate(missing='drop').transform(sample)


def test_nothing_of_the_exact_flows_stays():
    sample = rendered(1, with_visibility=True)
    assert 'gt_visible' not in estimate().transform(dict(sample))
    keys = ('flows', 'flow_gaps', 'gt_visible')
    assert set(keys) <= set(sample)
    sample['frame_gaps'] = (0, )
    assert not set(keys) & set(estimate(missing='drop').transform(sample))


def test_survives_the_way_to_a_worker():
    transform = pickle.loads(pickle.dumps(estimate()))
    sample = rendered(1)
    expected = estimate().transform(dict(sample))['flows']
    assert np.array_equal(transform.transform(sample)['flows'], expected)


def test_a_missing_neighbour_is_named():
    with pytest.raises(SampleError, match=r'gap \+1 of scene_00000/00002'):
        estimate().transform(rendered(2))


@pytest.mark.parametrize(
    'settings, message', [
        (dict(gaps=()), 'at least one'),
        (dict(gaps=(0, 1)), 'other than 0'),
        (dict(missing='nearest'), 'expected missing'),
    ]
)
def test_rejects_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        EstimateFlows(DIS, **settings)
