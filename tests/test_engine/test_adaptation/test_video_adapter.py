import copy

import pytest
import torch
from mmengine.dataset import pseudo_collate
from torch import nn

from mmmotion.datasets import SyntheticMotion
from mmmotion.engine.adaptation import TrainingVideos, VideoAdapter
from mmmotion.models.segmentors import GWM
from mmmotion.registry import MODELS

ENCODER = dict(type='UNetEncoder', base_channels=4, num_stages=2)
VIDEO = 'scene_00001'


class Spy(GWM):
    """Keeps what its loss is given."""

    seen: list = []

    def loss(self, inputs, data_samples):
        self.seen.extend(data_samples)
        return super().loss(inputs, data_samples)


def make_model(**encoder):
    Spy.seen = []
    return Spy(
        encoder=ENCODER | encoder,
        head=dict(type='FCNHead', in_channels=4, num_groups=2),
        motion_model=dict(type='AffineMotion'),
        loss_recon=dict(type='FlowReconstructionLoss', loss_weight=1.0),
        postprocess=[dict(type='BorderForeground')],
    )


def make_adapter(num_steps=4, lr=0.01, sampler=None, steps=(), **kwargs):
    dataset = SyntheticMotion(
        num_videos=3,
        num_frames=4,
        size=(16, 24),
        gaps=(1, -1),
        pipeline=[
            dict(type='RenderScene'), *steps,
            dict(type='PackMotionInputs')
        ],
    )
    return VideoAdapter(
        TrainingVideos(dataset),
        dict(
            batch_size=2,
            num_workers=0,
            num_batch_per_epoch=1,
            sampler=sampler or dict(type='VideoSampler'),
        ),
        dict(
            type='OptimWrapper',
            optimizer=dict(type='Adam', lr=lr),
            clip_grad=dict(max_norm=5.0),
        ),
        num_steps,
        **kwargs,
    )


@torch.no_grad()
def loss_of(model, adapter):
    """The loss over all frames of the video."""
    dataset = adapter.videos.subset(VIDEO)
    batch = pseudo_collate([dataset[i] for i in range(len(dataset))])
    return model(**model.data_preprocessor(batch), mode='loss')['loss_recon']


def test_a_copy_learns_and_the_model_stays_as_it_is():
    model = make_model().eval()
    before = copy.deepcopy(model.state_dict())
    adapter = make_adapter(30, lr=0.03)
    adapted, losses = adapter.adapt(model, VIDEO, 0)
    assert len(losses) == 30
    assert loss_of(adapted, adapter) < 0.9 * loss_of(model, adapter)
    assert not any(module.training for module in adapted.modules())
    assert not any(module.training for module in model.modules())
    assert all(p.grad is None for p in model.parameters())
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key])
        is_count = key.endswith('num_batches_tracked')
        assert not torch.equal(value, adapted.state_dict()[key]), key
        assert not is_count or adapted.state_dict()[key] == 30
    assert adapted.postprocess is model.postprocess


def test_works_where_gradients_are_off():
    with torch.no_grad():
        _, losses = make_adapter(2).adapt(make_model(), VIDEO, 0)
    assert losses[0] != losses[1]


def test_no_step_needs_no_data():
    adapter = make_adapter(0, sampler=dict(type='NoSuchSampler'))
    model = make_model()
    adapted, losses = adapter.adapt(model, VIDEO, 0)
    assert losses == [] and adapted is not model


def test_only_the_video_is_seen_and_no_label():
    adapter = make_adapter(3)
    packed = adapter.videos.dataset.pipeline.transforms
    packed[-1].meta_keys += ('mask_path', 'motion_label')
    packed.insert(1, lambda results: results | dict(mask_path='truth.png'))
    assert 'gt_masks' in adapter.videos.dataset[0]['data_samples']
    adapter.adapt(make_model(), VIDEO, 0)
    assert len(Spy.seen) == 6
    for sample in Spy.seen:
        assert sample.video_id == VIDEO
        assert not sample.keys()
        assert 'mask_path' not in sample.metainfo_keys()


@pytest.mark.parametrize('seed, equal', [(0, True), (1, False)])
def test_result_follows_from_the_seed(seed, equal):
    model = make_model()
    _, first = make_adapter().adapt(model, VIDEO, 0)
    _, second = make_adapter().adapt(model, VIDEO, seed)
    assert (first == second) is equal


def test_batch_normalisation_can_keep_its_statistics():
    model = make_model()
    adapted, _ = make_adapter(norm_eval=True).adapt(model, VIDEO, 0)
    norms = [m for m in adapted.modules() if isinstance(m, nn.BatchNorm2d)]
    assert norms
    for module in norms:
        assert module.num_batches_tracked == 0
        assert module.running_mean.abs().max() == 0


def test_statistics_are_not_shared_with_other_processes():
    model = make_model(norm_cfg=dict(type='SyncBN'))
    adapted, losses = make_adapter(2).adapt(model, VIDEO, 0)
    kinds = {type(module) for module in adapted.modules()}
    assert nn.SyncBatchNorm not in kinds
    _, expected = make_adapter(2).adapt(adapted_like(model), VIDEO, 0)
    assert losses == expected


def adapted_like(model):
    twin = make_model()
    twin.load_state_dict(model.state_dict())
    return twin


def test_a_loss_that_is_not_finite_stops_the_run():
    with pytest.raises(FloatingPointError, match=f'step . .*{VIDEO}.* is nan'):
        make_adapter(8, lr=1e30).adapt(make_model(), VIDEO, 0)


def test_the_sampler_has_to_be_endless(monkeypatch):
    monkeypatch.setattr(
        'mmmotion.datasets.VideoSampler.__iter__', lambda self: iter([0, 1])
    )
    with pytest.raises(ValueError, match='ends after 1 of 4 steps'):
        make_adapter().adapt(make_model(), VIDEO, 0)


def test_missing_flow_is_named():
    adapter = make_adapter()
    adapter.videos.dataset.pipeline.transforms[0].gaps = ()
    with pytest.raises(ValueError, match=r'GWM needs flows.*add LoadFlows'):
        adapter.adapt(make_model(), VIDEO, 0)


def test_motion_grouping_adapts_as_well():
    model = MODELS.build(
        dict(
            type='MG',
            encoder=dict(type='VGGEncoder', channels=(4, 4)),
            binding=dict(type='SlotAttention', in_channels=4, num_slots=2),
            decoder=dict(type='SlotDecoder', in_channels=4, channels=(4, )),
            loss_recon=dict(type='ReconstructionLoss'),
            loss_consistency=dict(type='MaskConsistencyLoss'),
        )
    )
    sampler = dict(type='VideoSampler', num_gaps=2)
    _, losses = make_adapter(15, sampler=sampler).adapt(model, VIDEO, 0)
    assert sum(losses[-3:]) < sum(losses[:3])
