import pytest
import torch
import torch.nn.functional as F

from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

CONFIG = dict(
    type='SemanticSegmentor',
    encoder=dict(type='UNetEncoder', base_channels=4, num_stages=2),
    head=dict(type='FCNHead', in_channels=4, num_groups=3),
    loss_label=dict(type='LabelCrossEntropyLoss'),
)


@pytest.fixture
def model():
    return MODELS.build(CONFIG)


def batch(size=(16, 24)):
    generator = torch.Generator().manual_seed(0)
    return dict(frames=torch.randn(2, 1, 3, *size, generator=generator))


def samples(labels, ori_shape=(20, 30)):
    return [
        MotionDataSample(
            metainfo=dict(video_id=str(i), frame_id='0', ori_shape=ori_shape),
            gt_sem_seg=one.to(torch.uint8),
        ) for i, one in enumerate(labels)
    ]


def test_every_pixel_of_the_annotation_gets_the_likeliest_class(model):
    model.eval()
    logits = model(batch(), mode='tensor')
    assert logits.shape == (2, 3, 16, 24)
    shape = torch.zeros(2, 20, 30)
    for i, sample in enumerate(model(batch(), samples(shape), mode='predict')):
        assert sample.pred_masks.shape == (3, 20, 30)
        expected = sample.pred_masks.argmax(dim=0)
        assert (sample.pred_seg == expected).all()
        torch.testing.assert_close(
            sample.pred_regions, logits[i].softmax(dim=0)
        )


def test_training_learns_the_labels(model):
    labels = (batch()['frames'][:, 0, 0] > 0).long() * 2
    labels[:, :, :4] = 255
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    values = []
    for _ in range(30):
        loss = model(batch(), samples(labels), mode='loss')['loss_label']
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    assert values[-1] < 0.5 * values[0]
    counts = labels != 255
    found = model(batch(), mode='tensor').argmax(dim=1)
    assert (found == labels)[counts].float().mean() > 0.85


def test_labels_of_another_size_than_the_frames_are_compared(model):
    labels = torch.randint(0, 3, (2, 8, 12))
    loss = model(batch(), samples(labels), mode='loss')['loss_label']
    logits = model(batch(), mode='tensor')
    smaller = F.interpolate(logits, size=(8, 12), mode='bilinear')
    torch.testing.assert_close(loss, F.cross_entropy(smaller, labels))


@pytest.mark.parametrize('given', [[], [MotionDataSample()] * 2])
def test_training_without_labels_is_refused(model, given):
    with pytest.raises(ValueError, match=r'gt_sem_seg\): add LoadLabelMap'):
        model(batch(), given, mode='loss')


def test_it_is_not_a_method_without_labels(model):
    assert not model.trains_without_labels
