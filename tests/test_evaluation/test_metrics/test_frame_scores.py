"""Scores of the foreground of one frame."""

import numpy as np
import pytest
import torch

from mmmotion.evaluation.metrics.frame_scores import score_frame


def sample(**fields) -> dict:
    objects = torch.zeros(2, 20, 40, dtype=torch.bool)
    objects[0, 5:15, 0:10] = True
    objects[1, 5:15, 30:40] = True
    defaults = dict(
        video_id='dog',
        frame_id='00003',
        gt_masks=objects,
        pred_seg=(objects[0] * 2).to(torch.uint8),
    )
    return defaults | fields


def test_objects_make_one_foreground():
    assert score_frame(sample())['J'] == pytest.approx(0.5)


def test_a_frame_without_annotation_has_no_scores():
    unknown = sample()
    del unknown['gt_masks']
    assert score_frame(unknown) is None


def test_an_annotation_without_objects_is_an_empty_mask():
    nothing = torch.zeros(0, 20, 40, dtype=torch.bool)
    assert score_frame(sample(gt_masks=nothing)) == dict(J=0, F=0)
    empty = torch.zeros(20, 40, dtype=torch.uint8)
    scores = score_frame(sample(gt_masks=nothing, pred_seg=empty))
    assert scores == dict(J=1, F=1)


def test_arrays_and_tensors_score_alike():
    arrays = {
        key: value.numpy() if isinstance(value, torch.Tensor) else value
        for key, value in sample().items()
    }
    assert score_frame(arrays) == score_frame(sample())


def test_a_threshold_applies_to_the_sum_of_the_objects():
    objects = sample()['gt_masks'].float()
    soft = torch.cat([1 - 0.4 * objects.sum(0, keepdim=True), 0.4 * objects])
    wanted = sample(pred_masks=soft)
    assert score_frame(wanted, threshold=0.35)['J'] == 1
    assert score_frame(wanted, threshold=0.45)['J'] == 0


def test_side_never_scores_below_the_prediction():
    turned = 1 - sample()['pred_seg'].clamp(max=1)
    scores = score_frame(sample(pred_seg=turned), oracle=['side'])
    assert scores['J'] < scores['oracle_side_J'] == 0.5
    assert scores['oracle_side_F'] == score_frame(sample())['F']


def test_regions_are_resized_to_the_annotation():
    small = torch.zeros(3, 4, 8)
    small[0, :, :4], small[1, :, 4:6], small[2, :, 6:] = 1, 1, 1
    left = torch.zeros(1, 20, 40, dtype=torch.bool)
    left[:, :, :30] = True
    wanted = sample(gt_masks=left, pred_regions=small)
    scores = score_frame(wanted, oracle=['region', 'assignment'])
    assert scores['oracle_region_J'] == pytest.approx(20 / 30)
    assert scores['oracle_assignment_J'] == 1
    assert scores['oracle_assignment_F'] == 1


def test_oracles_leave_the_result_alone():
    regions = torch.rand(3, 4, 8, generator=torch.Generator().manual_seed(0))
    scores = score_frame(
        sample(pred_regions=regions), oracle=['side', 'region', 'assignment']
    )
    plain = score_frame(sample())
    assert {name: scores[name] for name in plain} == plain
    assert all(name.startswith('oracle_') for name in set(scores) - set(plain))


@pytest.mark.parametrize(
    'key, options', [
        ('pred_seg', {}),
        ('pred_masks', dict(threshold=0.5)),
        ('pred_regions', dict(oracle=['region'])),
    ]
)
def test_a_missing_field_is_named(key, options):
    lacking = sample()
    lacking.pop(key, None)
    with pytest.raises(ValueError, match=f'dog/00003: .* has no {key}'):
        score_frame(lacking, **options)


def test_a_prediction_of_another_size_names_the_frame():
    small = torch.zeros(10, 20, dtype=torch.uint8)
    with pytest.raises(ValueError, match=r'dog/00003: .*\(10, 20\) but'):
        score_frame(sample(pred_seg=small))


@pytest.mark.parametrize(
    'masks', [np.zeros((20, 40), bool),
              np.zeros((1, 20, 40), np.uint8)]
)
def test_annotations_of_another_kind_are_refused(masks):
    with pytest.raises(ValueError, match=r'dog/00003: expected gt_masks as'):
        score_frame(sample(gt_masks=masks))
