import pytest
import torch

from mmmotion.models.segmentors.object_supervision import supervise_object
from mmmotion.registry import MODELS

BASE = dict(
    encoder=dict(type='UNetEncoder', base_channels=4, num_stages=1),
    head=dict(type='FCNHead', in_channels=4, num_groups=3),
    postprocess=[dict(type='ObjectChannel', channel=1)],
    loss_appearance=dict(type='AppearanceLoss', loss_weight=3.0),
)
RECON = dict(type='FlowReconstructionLoss', loss_weight=1.0)
MODELS_BY_NAME = dict(
    GWM=dict(motion_model=dict(type='AffineMotion'), loss_recon=RECON),
    IMAS=dict(motion_model=dict(type='ConstantMotion'), loss_recon=RECON),
    AMD=dict(
        motion_model=dict(type='SegmentFlow', input_size=(64, 64)),
        loss_recon=dict(
            type='PhotometricLoss', distances=[dict(type='L1Loss')]
        ),
    ),
)


def build(name='GWM', **changes):
    cfg = dict(BASE, type=name, **MODELS_BY_NAME[name])
    return MODELS.build(dict(cfg, **changes)).eval()


def make_batch(size=(64, 64)):
    generator = torch.Generator().manual_seed(0)
    labels = torch.zeros(2, 2, 1, *size)
    labels[:, 0, :, :16] = 1
    labels[:, 1, :, :, 16:] = 1
    return dict(
        frames=torch.randn(2, 2, 3, *size, generator=generator),
        flows=torch.randn(2, 2, 2, *size, generator=generator),
        pseudo_masks=labels,
    )


@pytest.mark.parametrize(
    'name, num_frames', [
        ('GWM', 1),
        ('IMAS', 2),
        ('AMD', 2),
    ]
)
def test_every_method_pulls_its_object_towards_the_label_of_the_frame(
    name, num_frames
):
    model, batch = build(name), make_batch()
    losses = model.loss(batch, [])
    errors = []
    for t in range(num_frames):
        frames = dict(frames=batch['frames'][:, t:])
        masks = model.segment(frames).softmax(dim=1)[:, 1]
        difference = batch['pseudo_masks'][:, t, 0] - masks
        weight = 1 + (difference > 0).float()
        errors.append((weight * difference.square()).mean())
    expected = 3 * torch.stack(errors).mean()
    # AMD compares at the size of its masks.
    torch.testing.assert_close(
        losses['loss_appearance'], expected, rtol=0.02, atol=0
    )
    plain = dict(batch)
    del plain['pseudo_masks']
    assert model.loss(plain, []).keys() == losses.keys() - {'loss_appearance'}


def test_labels_without_a_use_are_refused():
    masks, inputs = torch.rand(2, 1, 3, 4, 4), make_batch()
    with pytest.raises(ValueError, match='has no loss for them: set model'):
        supervise_object(build(loss_appearance=None), masks, inputs)
    model = build(postprocess=[dict(type='ObjectChannel')])
    with pytest.raises(ValueError, match='does not know which channel'):
        supervise_object(model, masks, inputs)
    with pytest.raises(ValueError, match='needs the step'):
        supervise_object(build(postprocess=[]), masks, inputs)
