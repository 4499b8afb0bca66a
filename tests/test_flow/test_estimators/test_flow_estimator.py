import numpy as np
import pytest

from mmmotion.flow import FlowEstimator
from mmmotion.flow.estimators.flow_estimator import check_frames, to_grey

FRAME = np.zeros((4, 5, 3), np.uint8)


def test_two_frames_of_one_size_pass():
    check_frames(FRAME, FRAME.copy())


@pytest.mark.parametrize('kind', [np.float32, np.uint16, bool])
def test_frames_of_another_type(kind):
    with pytest.raises(TypeError, match='expected uint8 frames'):
        check_frames(FRAME, FRAME.astype(kind))


@pytest.mark.parametrize('shape', [(4, 5), (4, 5, 1), (3, 4, 5), (1, 4, 5, 3)])
def test_what_is_no_rgb_frame(shape):
    with pytest.raises(ValueError, match=r'\(H, W, 3\), got'):
        check_frames(np.zeros(shape, np.uint8), FRAME)


def test_frames_of_two_sizes_are_both_named():
    with pytest.raises(ValueError, match=r'\(4, 5\) and \(5, 4\)'):
        check_frames(FRAME, np.zeros((5, 4, 3), np.uint8))


def test_grey_is_the_luminance_of_rgb():
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255],
                         [255, 255, 255]]], np.uint8)
    # ITU-R BT.601: 0.299, 0.587 and 0.114 of 255.
    assert to_grey(colours).tolist() == [[76, 150, 29, 255]]


def test_an_estimator_has_to_estimate():

    class Nothing(FlowEstimator):
        name = 'nothing'

    with pytest.raises(TypeError, match='estimate'):
        Nothing()


def test_what_is_no_network_runs_pair_by_pair_on_the_cpu():

    class FirstPixel(FlowEstimator):
        name = 'first-pixel'

        def estimate(self, img1, img2):
            return np.full((*img1.shape[:2], 2), img2[0, 0, 0], np.float32)

    estimator = FirstPixel()
    pairs = [(FRAME, FRAME + value) for value in (1, 2)]
    flows = estimator.estimate_batch(pairs)
    assert [flow[0, 0, 0] for flow in flows] == [1, 2]
    estimator.to('cpu')
    with pytest.raises(ValueError, match="'cpu' only, got 'cuda:0'"):
        estimator.to('cuda:0')


def test_settings_alone_decide_the_result_by_default():

    class Zero(FlowEstimator):
        name = 'zero'

        def estimate(self, img1, img2):
            return np.zeros((*img1.shape[:2], 2), np.float32)

    assert Zero().provenance() == {}
