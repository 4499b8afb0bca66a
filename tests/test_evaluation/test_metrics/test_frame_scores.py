"""Scores of the foreground of one frame."""

import numpy as np
import pytest
import torch

from mmmotion.evaluation.metrics.frame_scores import (
    ORACLES,
    choose_channel,
    choose_in_clips,
    score_frame,
)


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


@pytest.mark.parametrize('aligns_corners, first', [(False, 7), (True, 8)])
def test_regions_are_resized_as_the_model_does(aligns_corners, first):
    # 0.5 is reached at 5/6 of the way between the centres of two columns:
    # 2 and 7 of ten pixels (aligned: 0 and 9).
    regions = torch.tensor([[[1.0, 0.4]], [[0.0, 0.6]]])
    annotation = torch.zeros(1, 1, 10, dtype=torch.bool)
    annotation[..., first:] = True
    wanted = sample(
        gt_masks=annotation,
        pred_seg=annotation[0],
        pred_regions=regions,
        aligns_corners=aligns_corners,
    )
    assert score_frame(wanted, oracle=['region'])['oracle_region_J'] == 1


def test_one_channel_is_chosen_for_all_frames():
    regions = torch.zeros(2, 20, 40)
    regions[0, 5:15, 0:5] = 1
    regions[1, 5:15, 0:10] = 1
    row = score_frame(sample(pred_regions=regions), oracle=['channel'])
    assert row['oracle_channel_0_J'] == pytest.approx(0.25)
    assert row['oracle_channel_1_J'] == pytest.approx(0.5)
    other = row | dict(oracle_channel_0_J=0.7, oracle_channel_1_J=0.5)
    # Means 0.4 and 0.5 over frames, 0.475 and 0.5 over videos.
    videos = dict(a=[row, row], b=[other])
    for average in ('frame', 'sequence'):
        chosen, index = choose_channel(videos, average)
        assert index == 1
        rows = chosen['a'] + chosen['b']
        values = [row['oracle_channel_J'] for row in rows]
        assert values == pytest.approx([0.5] * 3)
        assert rows[0]['oracle_channel_F'] == row['oracle_channel_1_F']
        assert 'oracle_channel_0_J' not in rows[0]
    # Means 0.4 and 0.43 over frames, 0.475 and 0.4 over videos.
    other['oracle_channel_1_J'] = 0.3
    assert choose_channel(videos, 'frame')[1] == 1
    assert choose_channel(videos, 'sequence')[1] == 0


def test_the_choice_of_a_channel_needs_equal_numbers_of_them():
    rows = [
        score_frame(
            sample(pred_regions=torch.rand(num, 4, 8)), None, ['channel']
        ) for num in (2, 3)
    ]
    with pytest.raises(ValueError, match=r'as many regions.*\[2, 3\]'):
        choose_channel(dict(a=rows), 'frame')
    plain = dict(a=[score_frame(sample())])
    assert choose_channel(plain, 'frame') == (plain, None)


def test_oracles_leave_the_result_alone():
    regions = torch.rand(3, 4, 8, generator=torch.Generator().manual_seed(0))
    scores = score_frame(sample(pred_regions=regions), oracle=ORACLES)
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


def rows_of(*values):
    """Scores of two layers in each frame; F is J minus 1."""
    return [
        dict(
            J=0.0,
            oracle_clip_0_E=0.0,
            oracle_clip_1_E=0.0,
            oracle_clip_0_J=first,
            oracle_clip_1_J=second,
            oracle_clip_0_F=first - 1,
            oracle_clip_1_F=second - 1,
        ) for first, second in values
    ]


def test_one_region_is_chosen_in_each_clip_of_30_frames():
    # The first region is best in clip 0 to 29, the second one in 5 to 34,
    # whose choice counts where both overlap.
    rows = rows_of(*[(1, 0.4)] * 16, *[(0, 0.5)] * 19)
    chosen = choose_in_clips(rows)
    found = [row['oracle_clip_J'] for row in chosen]
    assert found == [1] * 5 + [0.4] * 11 + [0.5] * 19
    assert chosen[0] == dict(J=0.0, oracle_clip_J=1, oracle_clip_F=0)
    short = choose_in_clips(rows_of((0, 0.9), (1, 0.3)))
    assert [row['oracle_clip_J'] for row in short] == [0.9, 0.3]


def test_a_layer_that_is_often_empty_is_left_to_no_object():
    # As if each layer had to stand for the object or for an empty mask.
    rows = rows_of(*[(1, 0.45), (0, 0.45)] * 15)
    for row in rows[1::2]:
        row['oracle_clip_0_E'] = 1.0
    found = [row['oracle_clip_J'] for row in choose_in_clips(rows)]
    assert found == [0.45] * 30


def test_clips_are_scored_layer_by_layer_without_the_background():
    regions = torch.zeros(3, 20, 40)
    regions[0] = sample()['gt_masks'].any(dim=0)
    regions[1, 5:15, 0:5] = 1
    regions[2, 5:15, 0:10] = 1
    row = score_frame(sample(pred_regions=regions), oracle=['clip'])
    assert row['oracle_clip_0_J'] == pytest.approx(0.25)
    (chosen, ) = choose_in_clips([row])
    assert chosen['oracle_clip_J'] == pytest.approx(0.5)
    assert choose_in_clips([score_frame(sample())]) == [score_frame(sample())]
    other = score_frame(sample(pred_regions=regions[:2]), oracle=['clip'])
    with pytest.raises(ValueError, match=r"'clip' needs as many.*\[1, 2\]"):
        choose_in_clips([row, other])
    with pytest.raises(ValueError, match=r'dog/00003: .* got 1 regions'):
        score_frame(sample(pred_regions=regions[:1]), oracle=['clip'])
