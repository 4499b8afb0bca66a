import pytest

from mmmotion.flow import FlowEstimator
from mmmotion.flow.estimators import (
    complete_settings,
    recorded_settings,
    short_name,
)
from mmmotion.registry import FLOW_ESTIMATORS


def test_names_and_configs_of_one_estimator_are_equal():
    expected = dict(
        type='DISFlowEstimator', preset='medium', finest_scale=None
    )
    assert complete_settings('dis') == expected
    assert complete_settings(dict(type='DISFlowEstimator')) == expected
    assert complete_settings(dict(type='dis', preset='medium')) == expected
    assert short_name(dict(type='DISFlowEstimator')) == 'dis'


@pytest.mark.parametrize(
    'estimator, message',
    [
        ('pwc', "unknown flow estimator 'pwc'.*dis.*farneback"),
        (dict(preset='fast'), 'unknown flow estimator None'),
        (
            dict(type='dis', presett='fast'),
            'no setting presett; expected preset, finest_scale',
        ),
    ],
)
def test_unknown_names_are_refused(estimator, message):
    with pytest.raises(ValueError, match=message):
        complete_settings(estimator)


def test_an_estimator_of_a_third_party_is_known_by_both_names():

    class MyEstimator(FlowEstimator):
        name = 'mine'

        def __init__(self, sizes, depth=3):
            self.sizes = sizes

        def estimate(self, img1, img2):
            raise NotImplementedError

    FLOW_ESTIMATORS.register_module(module=MyEstimator)
    try:
        found = complete_settings(dict(type='mine', sizes=(1, 2)))
        assert found == dict(type='MyEstimator', sizes=[1, 2], depth=3)
        with pytest.raises(ValueError, match='MyEstimator needs sizes'):
            complete_settings('mine')
    finally:
        del FLOW_ESTIMATORS.module_dict['MyEstimator']


def test_files_are_recorded_without_their_folder():
    config = dict(type='pwclite', checkpoint='/a/b/net.pth')
    assert complete_settings(config)['checkpoint'] == '/a/b/net.pth'
    assert recorded_settings(config)['checkpoint'] == 'net.pth'
    raft = recorded_settings(dict(type='raft', weights=None))
    assert raft['weights'] is None
    assert recorded_settings('raft')['weights'] == 'C_T_V1'
    assert recorded_settings('dis') == complete_settings('dis')
