import pytest
import torch

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample


def moving_square(size=(60, 80), num_flows=1):
    """A quadratic background motion with a square that moves otherwise."""
    y = torch.linspace(-1, 1, size[0])[:, None].expand(size)
    x = torch.linspace(-1, 1, size[1])[None].expand(size)
    flow = torch.stack([2 + x + 0.5 * x * y, 1 - y + 0.5 * y**2])
    truth = torch.zeros(size, dtype=torch.bool)
    truth[20:40, 30:60] = True
    flow[:, truth] += torch.tensor([3.0, -2.0])[:, None]
    return flow.repeat(num_flows, 1, 1, 1)[None], truth


@pytest.mark.parametrize('num_flows', [1, 2])
def test_finds_what_moves_against_a_quadratic_background(num_flows):
    flows, truth = moving_square(num_flows=num_flows)
    model = MODELS.build(dict(type='RobustBackground'))
    sample = model(dict(flows=flows), mode='predict')[0]
    assert torch.equal(sample.pred_seg.bool(), truth)


def test_result_does_not_depend_on_the_unit_of_the_flow():
    flows, _ = moving_square()
    model = MODELS.build(dict(type='RobustBackground'))
    small, large = (
        model(dict(flows=scale * flows), mode='predict')[0].pred_seg
        for scale in (1.0, 10.0)
    )
    assert torch.equal(small, large)


def test_masks_have_the_size_of_the_annotation():
    flows, _ = moving_square()
    sample = MotionDataSample(metainfo=dict(ori_shape=(120, 160)))
    model = MODELS.build(dict(type='RobustBackground'))
    model(dict(flows=flows), [sample], mode='predict')
    assert sample.pred_seg.shape == (120, 160)


@pytest.mark.parametrize('speed', [0.0, 3.0])
@pytest.mark.parametrize('noise', [0.0, 1e-3])
def test_nothing_moves_in_a_still_or_panned_scene(speed, noise):
    model = MODELS.build(dict(type='RobustBackground'))
    flows = torch.full((1, 1, 2, 30, 40), speed)
    flows += noise * torch.randn(flows.shape)
    sample = model(dict(flows=flows), mode='predict')[0]
    assert torch.isfinite(sample.pred_masks).all()
    assert not sample.pred_seg.any()


def test_says_that_flow_is_missing():
    model = MODELS.build(dict(type='RobustBackground'))
    with pytest.raises(ValueError, match='add LoadFlows'):
        model(dict(frames=torch.zeros(1, 1, 3, 8, 8)), mode='predict')


def test_says_that_there_is_nothing_to_train():
    model = MODELS.build(dict(type='RobustBackground'))
    with pytest.raises(TypeError, match='no checkpoint'):
        model(dict(flows=moving_square()[0]), mode='loss')


@pytest.mark.parametrize('cfg', [dict(degree=3), dict(sharpness=0)])
def test_rejects_settings_out_of_range(cfg):
    with pytest.raises(ValueError, match='degree 0, 1 or 2'):
        MODELS.build(dict(type='RobustBackground', **cfg))
