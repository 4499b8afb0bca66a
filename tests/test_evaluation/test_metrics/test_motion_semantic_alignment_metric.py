import json

import numpy as np
import pytest
import torch
from PIL import Image

from mmmotion.evaluation.metrics import MotionSemanticAlignmentMetric
from mmmotion.postprocessing import (
    SimilarityGraph,
    color_features,
    normalized_cut,
    semantic_overlap,
)
from mmmotion.registry import METRICS

SIZE = (24, 32)
OBJECT = (slice(6, 18), slice(8, 16))


def frame(seed=0):
    """(1, 3, H, W) uint8 RGB with a red object on grey."""
    generator = torch.Generator().manual_seed(seed)
    image = 90 + 4 * torch.randn(1, 3, *SIZE, generator=generator)
    image[0, 0][OBJECT] += 100
    return image.clamp(0, 255).byte()


def mask_of(*place):
    mask = torch.zeros(SIZE)
    mask[place] = 1
    return mask


GOOD = mask_of(*OBJECT)
BAD = mask_of(slice(0, 12), slice(4, 12))


def sample(mask, video='a', index=0, regions=(), **more):
    data = dict(
        video_id=video,
        frame_id=f'{index:05d}',
        frame_index=index,
        num_frames=9,
        pred_masks=torch.stack([1 - mask, mask]),
        **more,
    )
    if regions:
        data['pred_regions'] = torch.stack(list(regions))
    return data


def run(samples, frames=None, **settings):
    metric = MotionSemanticAlignmentMetric(**settings)
    for data in samples:
        batch = dict(inputs=dict(frames=[frame(data['frame_index'])]))
        metric.process(batch if frames is None else frames, [data])
    return metric.evaluate(len(samples))


def test_the_mask_of_one_piece_wins_by_either_score():
    good, bad = (run([sample(mask)]) for mask in (GOOD, BAD))
    assert good['msa'] == good['msa/cut'] > bad['msa/cut'] + 0.5
    assert good['msa/overlap'] == 1 > bad['msa/overlap']


def test_scores_are_those_of_the_pure_functions():
    soft = 0.8 * GOOD + 0.1
    found = run([sample(soft)], score='overlap')
    features = color_features(frame()[0].float(), SIZE)
    cut = normalized_cut(soft[None], SimilarityGraph(features))
    overlap = semantic_overlap(features, soft[None])
    assert found['msa/cut'] == pytest.approx(-cut.item())
    assert found['msa'] == found['msa/overlap'] == overlap.item()


def test_several_objects_are_one_foreground():
    left, right = GOOD.clone(), GOOD.clone()
    left[:, 12:], right[:, :12] = 0, 0
    data = sample(GOOD)
    data['pred_masks'] = torch.stack([1 - GOOD, left, right])
    assert run([data]) == run([sample(GOOD)])


def test_empty_and_full_masks_have_the_score_of_any_uniform_one():
    for value in (0.0, 0.3, 1.0):
        found = run([sample(torch.full(SIZE, value))])
        assert found['msa'] == pytest.approx(-1, abs=1e-4)


def test_finds_the_channel_that_is_the_object():
    regions = (BAD, GOOD, torch.zeros(SIZE))
    found = run([sample(BAD, regions=regions)], mask='channel')
    assert found['msa/channel'] == 1
    assert found['msa'] == found['msa/channel_cut'] > found['msa/cut']


def test_first_frame_of_each_video_by_default():
    videos = [
        sample(GOOD if index == 0 else BAD, video, index) for video in 'ab'
        for index in range(4)
    ]
    one = run([videos[0]])
    assert run(videos)['msa'] == pytest.approx(one['msa'])
    every = run(videos, every=2)['msa/overlap']
    third = run([sample(BAD, index=2)])['msa/overlap']
    assert every == pytest.approx((1 + third) / 2)


def test_a_video_that_lists_later_frames_only_has_a_first_one_too():
    later = [sample(GOOD, index=index) for index in (3, 5)]
    assert run(later) == run(later[:1])


def test_videos_count_alike_whatever_their_length():
    long = [sample(GOOD, 'a', index) for index in range(3)]
    short = [sample(torch.zeros(SIZE), 'b', 0)]
    found = run(long + short, every=1)
    assert found['msa/overlap'] == pytest.approx(0.5)


def test_processes_that_share_a_video_give_the_same(monkeypatch):
    frames = [sample(GOOD if i % 2 else BAD, index=i) for i in range(4)]
    one = run(frames, every=2)
    metric = MotionSemanticAlignmentMetric(every=2)
    parts = []
    for rank in range(2):
        part = MotionSemanticAlignmentMetric(every=2)
        for data in frames[rank::2]:
            batch = dict(inputs=dict(frames=[frame(data['frame_index'])]))
            part.process(batch, [data])
        parts.append(part.results)
    module = 'mmmotion.evaluation.metrics.video_metric'
    monkeypatch.setattr(f'{module}.all_gather_object', lambda _: parts)
    assert metric.evaluate(4) == one


def test_reads_the_file_and_not_the_frame_of_the_network(tmp_path):
    image = frame()[0].permute(1, 2, 0).numpy()
    path = tmp_path / 'frame.png'
    Image.fromarray(image).save(path)
    data = sample(GOOD, img_path=str(path))
    flows_only = dict(inputs=dict(flows=[torch.zeros(1, 2, *SIZE)]))
    assert run([data], flows_only) == run([sample(GOOD)])


def test_reads_the_map_of_the_segmentor():
    maps = {'features_-1': frame()[0, :, ::2, ::2].float() - 100}
    found = run([sample(GOOD, **maps)], features='segmentor')
    graph = SimilarityGraph(maps['features_-1'])
    mask = torch.nn.functional.avg_pool2d(GOOD[None], 2)
    assert found['msa'] == pytest.approx(-normalized_cut(mask, graph).item())


def test_an_encoder_sees_frames_of_its_size():
    encoder = dict(type='UNetEncoder', base_channels=4, num_stages=1)
    small = torch.nn.functional.interpolate(
        frame().float(), size=(12, 16), mode='bilinear', antialias=True
    )
    found = []
    for settings, batch in (
        (dict(frame_size=(12, 16)), None),
        ({}, dict(inputs=dict(frames=[small]))),
        ({}, None),
    ):
        torch.manual_seed(0)
        found.append(run([sample(GOOD)], batch, features=encoder, **settings))
    assert found[0]['msa'] == pytest.approx(found[1]['msa'])
    assert found[0]['msa'] != pytest.approx(found[2]['msa'], abs=1e-4)


def test_labels_change_nothing():
    plain = run([sample(GOOD, regions=(GOOD, BAD))])
    labels = dict(gt_masks=torch.ones(1, *SIZE, dtype=bool), mask_path='no')
    found = run([sample(GOOD, regions=(GOOD, BAD), **labels)])
    assert found == plain


def test_writes_its_convention_and_the_channels(tmp_path):
    run([sample(GOOD, regions=(GOOD, BAD))], output_dir=str(tmp_path))
    content = json.loads(
        (tmp_path / 'motion_semantic_alignment.json').read_text()
    )
    assert content['convention']['labels'] == 'not read'
    assert content['convention']['frames'] == 'first'
    assert len(content['channels']) == 2
    assert content['sequences']['a']['overlap'] == 1
    assert content['num_frames'] == 1


def test_another_name_goes_before_all_results():
    found = run([sample(GOOD)], prefix='dino')
    assert set(found) == {'dino', 'dino/cut', 'dino/overlap'}


@pytest.mark.parametrize(
    'wrong',
    [dict(score='J'),
     dict(mask='object'),
     dict(every=0),
     dict(features='x')]
)
def test_rejects_impossible_settings(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        METRICS.build(dict(type='MotionSemanticAlignmentMetric', **wrong))


def test_says_what_it_lacks():
    with pytest.raises(ValueError, match=r'a/00000.*no img_path'):
        run([sample(GOOD)], dict(inputs={}))
    with pytest.raises(ValueError, match='needs VideoValLoop'):
        run([sample(GOOD)], features='segmentor')
    with pytest.raises(ValueError, match="use mask='foreground'"):
        run([sample(GOOD)], mask='channel')
    frames = [
        sample(GOOD, 'a', regions=(GOOD, )),
        sample(GOOD, 'b', regions=(GOOD, BAD)),
    ]
    with pytest.raises(ValueError, match='as many channels'):
        run(frames)


def test_numpy_masks_are_fine():
    data = sample(GOOD)
    data['pred_masks'] = np.asarray(data['pred_masks'])
    assert run([data]) == run([sample(GOOD)])
