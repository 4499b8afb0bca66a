import numpy as np
import pytest
import torch
from torch import nn

from mmmotion.flow import NetworkFlowEstimator


class Brightness(NetworkFlowEstimator):
    """Mean change of red as flow along x, of blue along y."""

    name = 'brightness'

    def __init__(self):
        super().__init__(nn.Linear(2, 1))

    def infer(self, first, second):
        assert not torch.is_grad_enabled()
        assert first.is_contiguous() and second.is_contiguous()
        change = (second - first).mean(dim=(2, 3), keepdim=True)
        return change[:, [0, 2]].expand(-1, -1, *first.shape[2:])


def grey(value, size=(3, 5)):
    return np.full((*size, 3), value, np.uint8)


def test_a_batch_is_what_its_pairs_are():
    estimator = Brightness()
    pairs = [(grey(0), grey(51)), (grey(255), grey(0)), (grey(9), grey(9))]
    flows = estimator.estimate_batch(pairs)
    assert [flow.shape for flow in flows] == [(3, 5, 2)] * 3
    means = [float(flow.mean()) for flow in flows]
    np.testing.assert_allclose(means, [0.2, -1, 0], atol=1e-6)
    for pair, flow in zip(pairs, flows):
        np.testing.assert_array_equal(estimator.estimate(*pair), flow)
    assert estimator.estimate_batch([]) == []


def test_red_is_the_first_channel():
    red = grey(0)
    red[..., 0] = 255
    flow = Brightness().estimate(grey(0), red)
    assert flow[0, 0].tolist() == [1, 0] and flow.dtype == np.float32


def test_frames_of_two_sizes_are_refused():
    small, large = grey(0), grey(0, (4, 5))
    for pairs in ([(small, large)], [(small, small), (large, large)]):
        with pytest.raises(ValueError, match=r'\(3, 5\) and \(4, 5\)'):
            Brightness().estimate_batch(pairs)
    with pytest.raises(TypeError, match='float64'):
        Brightness().estimate(small, small / 255)


def test_a_gpu_that_is_not_there_is_named():
    estimator = Brightness()
    estimator.to('cpu')
    with pytest.raises(ValueError, match="got 'cuda:99': torch finds"):
        estimator.to('cuda:99')


def test_weights_decide_the_provenance():
    torch.manual_seed(0)
    first, same, other = Brightness(), Brightness(), Brightness()
    same.network.load_state_dict(first.network.state_dict())
    assert first.provenance() == same.provenance() != other.provenance()


def test_full_precision_is_asked_for_and_given_back(monkeypatch):
    cudnn = torch.backends.cudnn
    seen = []
    estimator = Brightness()

    def infer(first, second):
        seen.append((cudnn.allow_tf32, cudnn.enabled))
        return torch.zeros(1, 2, 3, 5)

    monkeypatch.setattr(estimator, 'infer', infer)
    before = cudnn.allow_tf32, cudnn.enabled
    estimator.estimate(grey(0), grey(0))
    assert seen == [(False, before[1])]
    assert (cudnn.allow_tf32, cudnn.enabled) == before == (True, True)


def test_weights_do_not_learn():
    network = Brightness().network
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())
