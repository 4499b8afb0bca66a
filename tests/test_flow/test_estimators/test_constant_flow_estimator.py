import numpy as np

from mmmotion.registry import FLOW_ESTIMATORS


def test_every_pixel_moves_alike():
    estimator = FLOW_ESTIMATORS.build(
        dict(type='ConstantFlowEstimator', u=2, v=-1)
    )
    frame = np.zeros((3, 4, 3), np.uint8)
    flow = estimator.estimate(frame, frame)
    assert flow.dtype == np.float32
    assert (flow == [2, -1]).all() and flow.shape == (3, 4, 2)
