import copy

import pytest
import torch

from mmmotion.engine import check_state_dict, load_checkpoint
from mmmotion.engine.checkpoint_io import CheckpointError
from mmmotion.postprocessing import ObjectChannel
from mmmotion.registry import MODELS, POSTPROCESSORS
from mmmotion.structures import MotionDataSample


def masks_of(*values):
    return torch.tensor(values)[:, None, None].expand(-1, 2, 3)


def make_model(*steps, num_groups=3):
    return MODELS.build(
        dict(
            type='GWM',
            encoder=dict(type='UNetEncoder', base_channels=4, num_stages=1),
            head=dict(type='FCNHead', in_channels=4, num_groups=num_groups),
            motion_model=dict(type='ConstantMotion'),
            loss_recon=dict(type='FlowReconstructionLoss'),
            postprocess=steps,
        )
    ).eval()


def find(model):
    return model.postprocess_state['ObjectChannel']


def test_only_channel_cannot_be_compared():
    step = ObjectChannel(channel=0, decide='argmax')
    with pytest.raises(ValueError, match=r'only one.*probability'):
        step(masks_of(0.7), {}, MotionDataSample())


@pytest.mark.parametrize('decide, value', [
    ('probability', 0.4),
    ('argmax', 0.4 / 0.7),
])  # yapf: disable
def test_one_channel_is_the_object(decide, value):
    step = POSTPROCESSORS.build(
        dict(type='ObjectChannel', channel=1, decide=decide)
    )
    masks = step(masks_of(0.3, 0.4, 0.3), {}, MotionDataSample())
    torch.testing.assert_close(masks, masks_of(1 - value, value))


def test_the_choice_is_the_largest_score_and_can_be_forgotten():
    step = ObjectChannel()
    assert step.current is None
    step.choose(torch.tensor([1.0, torch.nan, 3.0, 2.0]).double())
    assert step.current == 2
    assert step.scores[[0, 2, 3]].tolist() == [1, 3, 2]
    assert step.scores[[1, 4]].isnan().all()
    step.choose(torch.tensor([2.0, 1.0]))
    assert step.current == 0 and step.scores[2].isnan()
    step.reset()
    assert step.current is None and step.scores.isnan().all()


def test_the_channel_of_the_config_wins():
    step = ObjectChannel(channel=1)
    step.choose(torch.tensor([2.0, 1.0]))
    assert step.current == 1


def test_the_choice_travels_with_the_weights(tmp_path):
    source = make_model(dict(type='ObjectChannel'))
    find(source).choose(torch.tensor([0.1, 0.3, 0.2]))
    path = tmp_path / 'weights.pth'
    torch.save(dict(state_dict=source.state_dict()), path)
    # Another chain, and another number of groups does not matter to it.
    target = make_model(dict(type='DenseCRF'), dict(type='ObjectChannel'))
    load_checkpoint(target, path)
    assert find(target) is target.postprocess[1]
    assert find(target).current == 1
    assert find(copy.deepcopy(target)).current == 1
    twin = copy.deepcopy(target)
    assert twin.postprocess[1] is find(twin) is not find(target)
    frames = torch.randn(1, 1, 3, 16, 24)
    sample, = source(dict(frames=frames), mode='predict')
    torch.testing.assert_close(sample.pred_masks[1], sample.pred_regions[1])


def test_weights_of_others_load_and_say_what_is_missing(tmp_path):
    path = tmp_path / 'weights.pth'
    plain = make_model(dict(type='BorderForeground'))
    assert not any('postprocess' in key for key in plain.state_dict())
    torch.save(plain.state_dict(), path)
    model = make_model(dict(type='ObjectChannel'))
    load_checkpoint(model, path)
    with pytest.raises(ValueError, match=r'ObjectChannelHook.*channel='):
        model(dict(frames=torch.randn(1, 1, 3, 16, 24)), mode='predict')
    # And the other way round.
    torch.save(model.state_dict(), path)
    load_checkpoint(plain, path)
    with pytest.raises(CheckpointError, match='of another shape'):
        check_state_dict(make_model(num_groups=4), model.state_dict())


def test_single_images_need_no_flow():
    model = make_model(dict(type='ObjectChannel', channel=2))
    for size, original in (((16, 24), (31, 50)), ((24, 16), (24, 16))):
        frames = torch.rand(1, 1, 3, *size)
        sample = MotionDataSample(metainfo=dict(ori_shape=original))
        found, = model(dict(frames=frames), [sample], mode='predict')
        assert found.pred_seg.shape == original
        assert torch.equal(found.pred_seg == 1, found.pred_masks[1] > 0.5)


def test_a_channel_that_the_model_lacks_is_named():
    step = ObjectChannel(channel=4)
    with pytest.raises(ValueError, match='channel 4, but the model has 3'):
        step(masks_of(0.3, 0.4, 0.3), {}, MotionDataSample())


@pytest.mark.parametrize('scores', [[], [torch.nan] * 2, [0.0] * 65])
def test_scores_have_to_decide(scores):
    with pytest.raises(ValueError, match='scores of 1 to 64 channels'):
        ObjectChannel().choose(torch.tensor(scores))


@pytest.mark.parametrize(
    'cfg',
    [dict(channel=-1), dict(channel=64),
     dict(decide='dice')]
)
def test_rejects_impossible_settings(cfg):
    with pytest.raises(ValueError, match=r'(channel|decide) must be'):
        ObjectChannel(**cfg)


def test_only_one_step_of_a_kind_can_remember():
    with pytest.raises(ValueError, match='ObjectChannel more than once'):
        make_model(dict(type='ObjectChannel'), dict(type='ObjectChannel'))
