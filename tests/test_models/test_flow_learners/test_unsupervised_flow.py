import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmmotion.flow.networks import FlowPyramids
from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample


@MODELS.register_module()
class TableNetwork(nn.Module):
    """One flow per direction everywhere, on grids down to a quarter."""

    divisor = 8

    def __init__(self, flow=(2.0, 0.0), num_frames=2):
        super().__init__()
        self.num_frames = num_frames
        self.flow = nn.Parameter(torch.tensor(flow))
        self.seen = []

    def forward(self, images: Tensor, with_backward=True) -> FlowPyramids:
        assert not any(side % self.divisor for side in images.shape[-2:])
        self.seen.append(images)
        height, width = images.shape[-2:]
        forward = [
            (self.flow / scale
             ).view(1, 2, 1,
                    1).expand(len(images), 2, height // scale, width // scale)
            for scale in (1, 2, 4)
        ]
        backward = [-flow for flow in forward] if with_backward else []
        return FlowPyramids(forward, backward)


@pytest.fixture(autouse=True, scope='module')
def _unregister():
    yield
    MODELS.module_dict.pop('TableNetwork')


def build(loss_smooth=True, **network):
    config = dict(
        type='UnsupervisedFlow',
        network=dict(type='TableNetwork', **network),
        loss_photometric=dict(
            type='PhotometricLoss', level_weights=(1.0, 1.0, 0.0)
        ),
    )
    if loss_smooth:
        config['loss_smooth'] = dict(type='FlowSmoothnessLoss')
    return MODELS.build(config)


def moving_pair(size=(16, 24), shift=2):
    """A texture that moves to the right, in 0..255."""
    height, width = size
    noise = 255 * torch.rand(1, 3, height, (width + shift) // 2 + 1)
    wide = F.interpolate(noise, scale_factor=(1, 2))
    return torch.stack([wide[..., shift:][..., :width], wide[..., :width]], 1)


def prepare(model, frames):
    data = dict(inputs=dict(frames=list(frames)), data_samples=None)
    return model.data_preprocessor(data)['inputs']


def test_true_flow_has_the_smallest_loss():
    frames = moving_pair()
    losses = [
        build(flow=flow).forward(prepare(build(), frames), mode='loss')
        for flow in ((2.0, 0.0), (1.0, 0.0), (2.0, 1.0))
    ]
    true, *wrong = (loss['loss_photometric'] for loss in losses)
    assert true < 0.2 * min(wrong)
    assert all(loss['loss_smooth'] == 0 for loss in losses)


@pytest.mark.parametrize('size', [(16, 24), (13, 22), (15, 12)])
def test_padding_reaches_neither_losses_nor_prediction(size):
    model = build()
    frames = moving_pair(size)
    inputs = prepare(model, frames)
    flow = model(inputs)
    assert flow.shape == (1, 2, *size)
    losses = model(inputs, mode='loss')
    seen = model.network.seen[-1]
    assert all(side % 8 == 0 for side in seen.shape[-2:])
    torch.testing.assert_close(
        seen[..., :size[0], :size[1]], frames / 255, rtol=0, atol=1e-5
    )
    # The last row and column are repeated.
    assert (seen[..., size[0] - 1:, :].diff(dim=-2) == 0).all()
    assert (seen[..., size[1] - 1:].diff(dim=-1) == 0).all()
    # What remains are whole pixels of the coarsest flow.
    height, width = (side - side % 4 for side in size)
    expected = build()(
        prepare(model, frames[..., :height, :width]), mode='loss'
    )
    for key in losses:
        torch.testing.assert_close(losses[key], expected[key])


def test_a_training_step_lowers_the_loss_and_reads_no_truth():
    model = build(flow=(1.3, 0.2))
    inputs = prepare(model, moving_pair((32, 48)))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(20):
        total, logs = model.parse_losses(model(inputs, mode='loss'))
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
    assert set(logs) == {'loss', 'loss_photometric', 'loss_smooth'}
    # A coarse level and the border leave some error.
    error = model.network.flow.detach() - torch.tensor([2.0, 0.0])
    assert error.abs().max() < 0.2
    inputs['flows'] = torch.full((1, 1, 2, 32, 48), torch.nan)
    assert model(inputs, mode='loss')['loss_photometric'].isfinite()


def test_prediction_fills_the_samples():
    model = build(loss_smooth=False)
    inputs = prepare(model, moving_pair().expand(2, -1, -1, -1, -1))
    samples = [MotionDataSample(metainfo=dict(frame_id=i)) for i in (3, 4)]
    predicted = model(inputs, samples, mode='predict')
    assert [sample.frame_id for sample in predicted] == [3, 4]
    assert predicted[0].pred_flow.shape == (2, 16, 24)
    torch.testing.assert_close(predicted[1].pred_flow, model(inputs)[1])
    assert len(model(inputs, mode='predict')) == 2


def build_real():
    return MODELS.build(
        dict(
            type='UnsupervisedFlow',
            network=dict(type='PWCLite'),
            loss_photometric=dict(type='PhotometricLoss'),
            loss_smooth=dict(type='FlowSmoothnessLoss'),
        )
    )


def test_the_real_network_trains():
    model = build_real()
    inputs = prepare(model, moving_pair((60, 70)))
    total, _ = model.parse_losses(model(inputs, mode='loss'))
    total.backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())
    assert all(key.startswith('network.') for key in model.state_dict())


def test_other_numbers_of_frames_are_refused():
    model = build()
    frames = torch.rand(1, 3, 3, 16, 16)
    with pytest.raises(ValueError, match='loads 3 per sample'):
        model(dict(frames=frames))
    with pytest.raises(ValueError, match='loads 0 per sample'):
        model({}, mode='loss')
    with pytest.raises(ValueError, match='with num_frames=3'):
        build(num_frames=3)


def test_frames_may_be_too_small_for_the_losses():
    model = build()
    with pytest.raises(ValueError, match='at least 4 x 4 pixels, got 3 x 24'):
        model(prepare(model, moving_pair((3, 24))), mode='loss')


def test_frames_that_are_too_small_for_ssim_are_told_with_their_size():
    model = build_real()
    inputs = prepare(model, moving_pair((24, 64)))
    message = r'level of 2 x 8 pixels of frames of 16 x 64: a window of 3'
    with pytest.raises(ValueError, match=message):
        model(inputs, mode='loss')
    model(prepare(model, moving_pair((32, 64))), mode='loss')
