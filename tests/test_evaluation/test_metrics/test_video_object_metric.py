import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from mmmotion.evaluation import VideoObjectMetric
from mmmotion.evaluation.functional import score_unnamed_objects
from mmmotion.registry import METRICS
from mmmotion.structures import MotionDataSample

GOLDEN = Path(__file__).parents[2] / 'data/metrics.npz'


def sample(prediction, objects, index=0, video_id='v', void=None, num=2):
    """A frame of a prediction (H, W) and masks (O, H, W) or labels (H, W)."""
    objects = torch.as_tensor(objects)
    if objects.ndim == 2:
        labels = torch.arange(1, int(objects.max()) + 1)
        objects = objects == labels[:, None, None]
    fields = dict(pred_seg=torch.as_tensor(prediction), gt_masks=objects)
    if void is not None:
        fields['gt_void'] = torch.as_tensor(void)
    return MotionDataSample(
        metainfo=dict(
            video_id=video_id,
            frame_id=str(index),
            frame_index=index,
            num_frames=num,
        ),
        **fields,
    )


def evaluate(*samples, **options):
    metric = METRICS.build(dict(type='VideoObjectMetric', **options))
    metric.process(None, [one.to_dict() for one in samples])
    results = metric.evaluate(len(samples))
    return {key.removeprefix('objects/'): results[key] for key in results}


def bars(*columns):
    """Labels (12, 20) of bars, from 1 on; None leaves a label out."""
    labels = np.zeros((12, 20), np.uint8)
    for label, column in enumerate(columns, 1):
        if column is not None:
            labels[2:10, column:column + 3] = label
    return labels


@pytest.mark.parametrize(
    'name', ['multi_more_pred', 'multi_equal_void', 'multi_fewer_pred']
)
def test_equals_the_official_program(name):
    arrays = np.load(GOLDEN)
    masks = [
        np.unpackbits(arrays[f'{name}_{end}'],
                      axis=-1)[..., :arrays[f'{name}_shape'][-1]].astype(bool)
        for end in ('pred', 'gt', 'void')
    ]
    labels = np.arange(1, len(masks[0]) + 1)[:, None, None, None]
    prediction = (masks[0] * labels).max(axis=0).astype(np.uint8)
    results = evaluate(
        *(
            sample(prediction[t], masks[1][:, t], t, void=masks[2][t], num=6)
            for t in range(6)
        )
    )
    # Labels cannot overlap, as the masks of two of the cases do.
    expected = score_unnamed_objects(prediction == labels, *masks[1:])
    if (masks[0].sum(axis=0) < 2).all():
        expected = (arrays[f'{name}_J'], arrays[f'{name}_F'])
    assert results['J'] == pytest.approx(expected[0].mean())
    assert results['F'] == pytest.approx(expected[1].mean())


def test_order_of_predictions_does_not_matter():
    labels = bars(2, 8, 14)
    mixed = np.array([0, 3, 1, 2], np.uint8)[labels]
    results = evaluate(sample(mixed, labels), sample(mixed, labels, 1))
    assert results['J'] == results['F'] == results['J&F'] == 1


def test_one_matching_holds_for_the_whole_video():
    swapped = np.array([0, 2, 1], np.uint8)[bars(2, 10)]
    frames = [bars(2, 10), bars(2, 10), swapped]
    results = evaluate(
        *(sample(one, bars(2, 10), t, num=3) for t, one in enumerate(frames))
    )
    assert results['J'] == pytest.approx(2 / 3)
    assert results['J_recall'] == pytest.approx(2 / 3)


def test_every_object_counts_once_whatever_its_video():
    results = evaluate(
        sample(bars(2, 8, 14), bars(2, 8, 14), num=1),
        sample(bars(), bars(2), video_id='w', num=1),
    )
    assert results['J'] == pytest.approx(3 / 4)


def test_objects_that_come_and_go_are_compared_with_nothing():
    # The second object leaves, and a third comes that does not count.
    truth = [bars(2, 8), bars(2), bars(2, None, 14)]
    found = [bars(8, 2), bars(None, 2), bars(None, 2)]
    results = evaluate(
        *(sample(*each, t, num=3) for t, each in enumerate(zip(found, truth)))
    )
    assert results['J'] == results['F'] == 1


def test_missing_predictions_are_empty():
    results = evaluate(
        sample(bars(2), bars(2, 8)), sample(bars(2), bars(2), 1)
    )
    # The second object is not found, and not there in the other frame.
    assert results['J'] == pytest.approx((1 + 1 / 2) / 2)


def test_void_does_not_count():
    void = np.zeros((12, 20), bool)
    void[:, 5:] = True
    results = evaluate(sample(bars(4), bars(2), void=void, num=1))
    assert results['J'] == pytest.approx(1 / 3)


def test_inner_frames_leave_out_both_ends():
    frames = [
        sample(bars(2 if 0 < t < 3 else 9), bars(2), t, num=4)
        for t in range(4)
    ]
    assert evaluate(*frames, frames='inner')['J'] == 1
    assert evaluate(*frames)['J'] == 0.5


def test_files_hold_sequences_and_objects(tmp_path):
    results = evaluate(
        sample(bars(2), bars(2, 8), num=1),
        sample(bars(2), bars(2), video_id='w', num=1),
        output_dir=str(tmp_path),
    )
    content = json.loads((tmp_path / 'video_objects.json').read_text())
    assert content['convention']['selection'] == 'hungarian'
    assert content['num_objects'] == 3
    assert content['overall'] == results
    assert [row['J'] for row in content['objects']['v']] == [1, 0]
    with open(tmp_path / 'video_objects.csv') as file:
        rows = {row['sequence']: row for row in csv.DictReader(file)}
    assert rows['v']['objects'] == '2'
    assert float(rows['v']['J']) == 0.5
    assert float(rows['w']['J&F']) == 1


def test_a_video_without_objects_is_left_out():
    empty = sample(bars(), torch.zeros(0, 12, 20, dtype=torch.bool), num=1)
    assert evaluate(empty) == {}
    results = evaluate(empty, sample(bars(2), bars(2), video_id='w', num=1))
    assert results['J'] == 1


def test_an_annotation_of_davis_2016_is_recognised():
    nothing = torch.zeros(0, 12, 20, dtype=torch.bool)
    with pytest.raises(ValueError, match=r'v/0: .* DAVIS 2016'):
        evaluate(sample(bars(2), nothing, void=bars(2) > 0))


def test_too_many_predictions_are_refused():
    labels = np.arange(22, dtype=np.uint8)[None]
    with pytest.raises(ValueError, match='at most 20 predicted objects, got'):
        evaluate(sample(labels, labels > 3))


def test_another_size_is_refused():
    with pytest.raises(ValueError, match=r'v/0: the prediction is \(6, 20\)'):
        evaluate(sample(bars(2)[::2], bars(2)))


def test_frames_have_two_conventions():
    with pytest.raises(ValueError, match="got 'but_last'"):
        VideoObjectMetric(frames='but_last')


def test_names_may_be_those_of_each_clip():
    labels = bars(2, 8)
    swapped = bars(8, 2)
    frames = [
        sample(swapped if t >= 30 else labels, labels, t, num=60)
        for t in range(60)
    ]
    plain = evaluate(*frames)
    found = evaluate(*frames, oracle=['clip'])
    assert plain['J'] == found['J'] == pytest.approx(0.5)
    assert found['oracle_clip_J'] == found['oracle_clip_F'] == 1
    assert 'oracle_clip_J' not in plain
    with pytest.raises(ValueError, match="oracle must be one of 'clip'"):
        evaluate(*frames, oracle=['side'])


def test_a_prediction_that_is_often_empty_is_left_to_no_object():
    # The first prediction is right in 16 of 30 frames and else empty, the
    # second one covers a third of the object in all frames.
    frames = []
    for t in range(30):
        labels = np.zeros((12, 20), np.uint8)
        labels[2:10, 5] = 2
        if t < 16:
            labels[2:10, 2:5] = 1
        frames.append(sample(labels, bars(2), t, num=30))
    found = evaluate(*frames, oracle=['clip'])
    assert found['J'] == pytest.approx(16 / 30)
    assert found['oracle_clip_J'] == pytest.approx(16 / 30)
    # Now the second one has more than the first less the empty frames.
    for t, frame in enumerate(frames):
        labels = frame.pred_seg.numpy()
        labels[labels == 2] = 0
        labels[2:10, 2 + t % 2] = 2
        frame.pred_seg = torch.as_tensor(labels)
    assert evaluate(*frames, oracle=['clip'])['oracle_clip_J'] < 16 / 30
