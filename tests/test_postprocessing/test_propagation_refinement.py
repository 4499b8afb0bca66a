import weakref
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from mmmotion.postprocessing import VideoTokens, propagation_refinement
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample

GOLDEN = Path(__file__).parents[1] / 'data/dino_propagation.npz'
TINY = dict(
    type='ViTEncoder', embed_dims=16, num_heads=2, depth=3, img_size=32
)
SIZE = (32, 48)


def build(**settings):
    torch.manual_seed(0)
    return POSTPROCESSORS.build(
        dict(
            type='PropagationRefinement',
            encoder=TINY,
            short_side=32,
            side_multiple=8,
            top_k=1,
        ) | settings
    )


def one_hot(labels, num=3):
    return F.one_hot(labels, num).permute(2, 0, 1).float()


def left_and_right(size=SIZE):
    """One object on the left, one on the right, on the grid of 8 pixels."""
    labels = torch.zeros(size, dtype=torch.long)
    labels[8:24, 8:24] = 1
    labels[8:24, 32:40] = 2
    return labels


def video(num_frames=5, video_id='v', size=SIZE, **meta):
    """Frames of noise that does not move, with the same masks in all."""
    generator = torch.Generator().manual_seed(len(video_id))
    frame = 255 * torch.rand(1, 3, *size, generator=generator)
    samples = [
        MotionDataSample(
            metainfo=dict(video_id=video_id, frame_id=f'{t:05d}', **meta)
        ) for t in range(num_frames)
    ]
    masks = [one_hot(left_and_right(size)) for _ in range(num_frames)]
    return masks, [dict(frames=frame)] * num_frames, samples


def large_object(num_frames):
    """A video whose object has an inside on the grid."""
    _, inputs, samples = video(num_frames, size=(64, 96))
    labels = torch.zeros(64, 96, dtype=torch.long)
    labels[8:48, 8:64] = 1
    return [one_hot(labels, 2)] * num_frames, inputs, samples


def fast(num_steps):
    """Settings of a training that changes something at once."""
    return dict(
        num_steps=num_steps,
        num_warmup=0,
        optim_wrapper=dict(
            type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3)
        ),
        loss=dict(type='LabelContrastLoss', limit=9.0, outer=1),
    )


def weights(step):
    state = step.encoder.encoder.state_dict()
    return {name: value.clone() for name, value in state.items()}


@pytest.mark.parametrize('num_steps', [0, 3])
def test_a_wrong_mask_is_replaced_by_those_of_other_frames(num_steps):
    masks, inputs, samples = video()
    expected = masks[0]
    masks[3] = one_hot(left_and_right().roll(8, dims=0))
    step = build(num_steps=num_steps)
    found = step.process_video(masks, inputs, samples)
    assert len(step.losses) == num_steps
    for mask in found:
        torch.testing.assert_close(mask.sum(dim=0), torch.ones(SIZE))
        agree = mask.argmax(dim=0) == expected.argmax(dim=0)
        assert agree.float().mean() > 0.9


def test_masks_follow_what_moves():
    generator = torch.Generator().manual_seed(0)
    ground = 255 * torch.rand(3, 32, 64, generator=generator)
    thing = 255 * torch.rand(3, 16, 16, generator=generator)
    inputs, truth = [], []
    for t in range(5):
        frame, labels = ground.clone(), torch.zeros(32, 64, dtype=torch.long)
        columns = slice(8 * t, 8 * t + 16)
        frame[:, 8:24, columns], labels[8:24, columns] = thing, 1
        inputs.append(dict(frames=frame[None]))
        truth.append(labels)
    masks = [one_hot(labels, 2) for labels in truth]
    masks[3] = one_hot(0 * truth[3], 2)
    samples = [MotionDataSample() for _ in inputs]
    step = build(num_steps=0, radius=2)
    found = step.process_video(masks, inputs, samples)
    for mask, labels in zip(found, truth):
        mask = mask.argmax(dim=0)
        overlap = (mask & labels).sum() / (mask | labels).sum()
        assert overlap > 0.8


def test_masks_have_the_size_of_the_original_frame():
    masks, inputs, samples = video(2, ori_shape=(64, 90))
    found = build(num_steps=0).process_video(masks, inputs, samples)
    assert [mask.shape for mask in found] == [(3, 64, 90)] * 2
    # The key frame keeps its own masks.
    assert any(((mask == 0) | (mask == 1)).all() for mask in found)


def test_files_are_read_instead_of_what_the_network_sees(tmp_path):
    masks, inputs, _ = video(2)
    samples = []
    for t in range(2):
        path = tmp_path / f'{t}.png'
        frame = inputs[t]['frames'][0].byte().permute(1, 2, 0).numpy()
        Image.fromarray(np.repeat(np.repeat(frame, 2, 0), 2, 1)).save(path)
        samples.append(MotionDataSample(metainfo=dict(img_path=str(path))))
    found = build(num_steps=0).process_video(masks, [{}, {}], samples)
    assert found[0].shape == (3, 64, 96)


def test_every_video_starts_from_the_given_weights():
    step = build(**fast(2))
    before = weights(step)
    first = step.process_video(*large_object(3))
    losses = step.losses
    step.process_video(*video(video_id='other video'))
    again = step.process_video(*large_object(3))
    assert step.losses == losses
    for name, value in weights(step).items():
        assert torch.equal(value, before[name]), name
    assert all(map(torch.equal, first, again))


def test_weights_are_loaded_once_for_all_videos(monkeypatch):
    init_cfg = dict(type='Normal', layer='Linear', std=0.1)
    step = build(encoder=TINY | dict(init_cfg=init_cfg), num_steps=0)
    loaded = []
    monkeypatch.setattr(
        step.encoder.encoder, 'init_weights', lambda: loaded.append(1)
    )
    step.init_weights()
    for name in ('one', 'another'):
        step.process_video(*video(2, video_id=name))
    assert loaded == [1]


def test_training_lowers_the_loss():
    step = build(**fast(60))
    step.process_video(*large_object(3))
    assert len(step.losses) == 60
    assert np.mean(step.losses[-10:]) < 0.9 * np.mean(step.losses[:10])


def test_only_the_last_blocks_are_trained(monkeypatch):
    seen = []
    original = VideoTokens.__init__

    def remember(self, *args):
        original(self, *args)
        seen.append(self)

    monkeypatch.setattr(VideoTokens, '__init__', remember)
    step = build(num_blocks=1, **fast(1))
    step.process_video(*large_object(2))
    trained = seen[0].blocks.state_dict()
    given = step.encoder.encoder.blocks[-1:].state_dict()
    assert len(seen[0].blocks) == 1
    for name in ('attn.qkv.weight', 'mlp.fc1.weight'):
        match, = (key for key in trained if key.endswith(name))
        assert not torch.equal(trained[match], given[match])


def test_features_are_those_of_the_encoder():
    step = build()
    tokens = VideoTokens(step.encoder, 2)
    frame = 255 * torch.rand(3, *SIZE)
    assert tokens.add(frame) == (4, 6)
    torch.testing.assert_close(tokens.all_features()[0], step.encoder(frame))


def test_masks_are_read_in_the_middle_of_the_cells(monkeypatch):
    arrays = np.load(GOLDEN)
    seen = []
    monkeypatch.setattr(
        propagation_refinement, 'tune_features',
        lambda video, masks, *args, **kwargs: seen.extend(masks) or []
    )
    labels = torch.from_numpy(arrays['flow_masks'][:3]).long()
    _, inputs, samples = video(3, size=labels.shape[1:])
    step = build(short_side=64, side_multiple=64)
    step.process_video([one_hot(one, 4) for one in labels], inputs, samples)
    np.testing.assert_array_equal(
        torch.stack(seen), arrays['flow_onehot'][:3, 1:]
    )


def test_few_features_are_held_at_a_time(monkeypatch):
    living, most = weakref.WeakSet(), []
    original = VideoTokens.features

    def features(self, index):
        found = original(self, index)
        living.add(found)
        most.append(len(living))
        return found

    monkeypatch.setattr(VideoTokens, 'features', features)
    build(num_steps=0, num_last=2).process_video(*video(12))
    # A frame, the first or the key frame, three others and one that was seen.
    assert len(most) > 12 and max(most) <= 6


@pytest.mark.parametrize(
    'size, expected', [
        ((48, 86), (48, 80)),
        ((86, 48), (80, 48)),
        ((60, 60), (48, 48)),
        ((24, 43), (48, 80)),
    ]
)
def test_the_longer_side_is_rounded_down(monkeypatch, size, expected):
    seen = []
    original = VideoTokens.add

    def add(self, frame):
        seen.append(frame.shape[1:])
        return original(self, frame)

    monkeypatch.setattr(VideoTokens, 'add', add)
    step = build(short_side=48, side_multiple=16, num_steps=0)
    step.process_video(*video(1, size=size))
    assert seen == [expected]


def test_a_video_without_objects_stays_as_it_is():
    masks, inputs, samples = video(2)
    masks = [one_hot(0 * left_and_right())] * 2
    step = build()
    assert step.process_video(masks, inputs, samples) is masks
    assert list(step.losses) == []


def test_a_single_frame_keeps_its_masks():
    masks, inputs, samples = video(1)
    found = build()(masks[0], inputs[0], samples[0])
    torch.testing.assert_close(found, masks[0])


def test_what_is_missing_is_named():
    masks, inputs, samples = video(1)
    with pytest.raises(ValueError, match='objects, got one region'):
        build()(masks[0][:1], inputs[0], samples[0])
    with pytest.raises(ValueError, match=r"inputs are \['flows'\]: add Load"):
        build()(masks[0], dict(flows=masks[0]), samples[0])


@pytest.mark.parametrize(
    'settings, kind, message', [
        (dict(num_steps=-1), ValueError, 'num_steps to be at least 0, got -1'),
        (dict(max_gap=0), ValueError, 'max_gap to be at least 1, got 0'),
        (dict(num_blocks=4), ValueError, 'expected 1 to 3 blocks .*got 4'),
        (
            dict(encoder=TINY | dict(out_type='keys')
                 ), ValueError, "out_type='keys'"
        ),
        (
            dict(encoder=dict(type='UNetEncoder', base_channels=4)
                 ), TypeError, 'expected a ViTEncoder, got UNetEncoder'
        ),
    ]
)
def test_rejects_what_cannot_be(settings, kind, message):
    with pytest.raises(kind, match=message):
        build(**settings)
