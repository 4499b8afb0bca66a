"""The metric from label maps to numbers, table and files."""

import csv
import json

import pytest
import torch

from mmmotion.registry import METRICS
from mmmotion.structures import MotionDataSample

META = dict(classes=('background', 'bird', 'cat', 'dog'))


def sample(name, found, truth):
    given = dict(video_id=name, frame_id=name, frame_index=0, num_frames=1)
    fields = dict(pred_seg=torch.tensor([found], dtype=torch.uint8))
    if truth is not None:
        fields['gt_sem_seg'] = torch.tensor([truth], dtype=torch.uint8)
    return MotionDataSample(metainfo=given, **fields).to_dict()


SAMPLES = [
    sample('a', [0, 0, 1, 1], [0, 0, 0, 1]),
    sample('b', [1, 1, 1, 1, 2, 0], [1, 1, 2, 2, 2, 255]),
    sample('c', [3, 3], None),
]


def build(**options):
    metric = METRICS.build(dict(type='MeanIoUMetric', **options))
    metric.dataset_meta = META
    return metric


def evaluate(samples, **options):
    metric = build(**options)
    for one in samples:
        metric.process(None, [one])
    return metric.evaluate(len(samples))


def test_pixels_of_all_images_are_added_before_they_are_divided():
    result = evaluate(SAMPLES)
    # background 2 of 3, bird 3 of 6, cat 1 of 3; a dog is nowhere.
    assert result['semantic/mIoU'] == pytest.approx((2 / 3 + 1 / 2 + 1 / 3) / 3
                                                    )
    assert result['semantic/mAcc'] == pytest.approx((2 / 3 + 1 + 1 / 3) / 3)
    assert result['semantic/aAcc'] == pytest.approx(6 / 9)


def test_processes_with_a_repeated_image_see_each_once(monkeypatch):
    from mmmotion.evaluation.metrics import video_metric
    metric, expected = build(), evaluate(SAMPLES)
    metric.process(None, SAMPLES[:2])
    other = build()
    other.process(None, [SAMPLES[1], SAMPLES[2], SAMPLES[1]])
    monkeypatch.setattr(
        video_metric, 'all_gather_object',
        lambda results: [results, other.results]
    )
    assert metric.evaluate(3) == expected


def test_every_class_has_a_row(tmp_path):
    result = evaluate(SAMPLES, output_dir=str(tmp_path))
    content = json.loads((tmp_path / 'mean_iou.json').read_text())
    assert list(content['labels']) == list(META['classes'])
    assert content['labels']['bird'] == dict(IoU=0.5, acc=1.0, pixels=3)
    assert content['labels']['dog'] == dict(IoU=None, acc=None, pixels=0)
    assert (content['num_images'], content['num_unannotated']) == (2, 1)
    assert content['mIoU'] == result['semantic/mIoU']
    assert content['convention']['num_classes'] == 4
    with open(tmp_path / 'mean_iou.csv', newline='') as file:
        rows = {row['label']: row for row in csv.DictReader(file)}
    assert (rows['cat']['acc'], rows['dog']['IoU']) == (str(1 / 3), '')


@pytest.mark.parametrize('one', [SAMPLES[2], sample('d', [1, 1], [255, 255])])
def test_nothing_annotated_gives_no_numbers(one):
    assert evaluate([one]) == {}


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r'x: .* \(1, 2\) .* \(1, 1\)'):
        evaluate([sample('x', [0, 0], [0])])
    with pytest.raises(ValueError, match=r'x: .* 0 to 3 in the annotation'):
        evaluate([sample('x', [0], [7])])
    one = sample('x', [0], [0])
    one.pop('pred_seg')
    with pytest.raises(ValueError, match=r'x: .* no pred_seg'):
        evaluate([one])
    metric = METRICS.build(dict(type='MeanIoUMetric'))
    with pytest.raises(ValueError, match="no metainfo 'classes'"):
        metric.process(None, SAMPLES)
