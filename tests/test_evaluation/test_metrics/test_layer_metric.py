import json

import numpy as np
import pytest
import torch

from mmmotion.evaluation.metrics import LayerMetric
from mmmotion.registry import METRICS
from mmmotion.structures import MotionDataSample


def rows(*masks):
    """Masks (K, 1, W) from strings."""
    return torch.tensor([[[c == '1' for c in mask]] for mask in masks])


# Two objects, the first of which is in front.
SHAPES = rows('11110000', '00111100')
VISIBLE = rows('11110000', '00001100')


def sample(
    shapes=SHAPES, visible=VISIBLE, order=(0, 1), index=0, video_id='v'
):
    masks = visible.float()
    background = 1 - masks.sum(dim=0, keepdim=True)
    fields = dict(
        pred_amodal_masks=shapes.float(),
        pred_masks=torch.cat([background, masks]),
        pred_layer_order=torch.tensor(order),
        gt_amodal_masks=SHAPES,
        gt_masks=VISIBLE,
        gt_layer_order=torch.tensor([0, 1]),
    )
    return MotionDataSample(
        metainfo=dict(
            video_id=video_id,
            frame_id=str(index),
            frame_index=index,
            num_frames=2,
        ),
        **fields,
    )


def evaluate(*samples, **options):
    metric = METRICS.build(dict(type='LayerMetric', **options))
    metric.process(None, [one.to_dict() for one in samples])
    results = metric.evaluate(len(samples))
    return {key.removeprefix('layers/'): results[key] for key in results}


def test_perfect_layers_in_any_order():
    swapped = sample(SHAPES.flip(0), VISIBLE.flip(0), (1, 0))
    for one in (sample(), swapped):
        assert set(evaluate(one).values()) == {1.0}


def test_scores_by_hand():
    # The second layer ends where the first begins to hide it.
    results = evaluate(sample(rows('11110000', '00001100')))
    assert results['J_amodal'] == (1 + 0.5) / 2
    assert results['J_modal'] == 1
    assert results['J_hidden'] == 0
    assert results['order_accuracy'] == 1


def test_a_wrong_order_hides_the_wrong_pixels():
    visible = rows('11000000', '00111100')
    results = evaluate(sample(visible=visible, order=(1, 0)))
    assert results['J_amodal'] == 1
    assert results['J_modal'] == 0.5
    assert results['order_accuracy'] == 0
    # The whole shapes are right.
    assert results['J_hidden'] == 1


def test_shapes_are_right_also_behind_what_is_no_object():
    # Something that is no object hides the left half of the first one, and
    # layers cannot know of it.
    one = sample()
    one.gt_masks = rows('00110000', '00001100')
    results = evaluate(one)
    assert results['J_amodal'] == results['J_hidden'] == 1
    assert results['J_modal'] == (0.5 + 1) / 2


def test_too_much_behind_another_object_counts_as_well():
    # Behind the first object the second one is 2 wide, and found 3 wide.
    results = evaluate(sample(rows('11110000', '01111100')))
    assert results['J_hidden'] == pytest.approx(2 / 3)


def test_objects_that_are_never_there_are_not_scored():
    one = sample(rows('11110000', '00000011'), rows('11110000', '00000011'))
    one.gt_amodal_masks = one.gt_masks = rows('11111111', '00000000')
    assert evaluate(one) == dict(J_amodal=0.5, J_modal=0.5)


def test_layers_are_assigned_once_for_the_video():
    first = sample()
    second = sample(SHAPES.flip(0), VISIBLE.flip(0), (1, 0), index=1)
    third = sample(index=2)
    results = evaluate(first, second, third)
    # In the second frame both layers share two of six pixels.
    np.testing.assert_allclose(results['J_amodal'], (1 + 1 / 3 + 1) / 3)
    np.testing.assert_allclose(results['order_accuracy'], 2 / 3)


def test_missing_layers_are_empty_and_far():
    one = sample(SHAPES[:1], VISIBLE[:1], (0, ))
    results = evaluate(one)
    assert results['J_amodal'] == results['J_modal'] == 0.5
    assert results['J_hidden'] == 0
    assert results['order_accuracy'] == 1


def test_nothing_hidden_is_no_score():
    one = sample(rows('11110000'), rows('11110000'), (0, ))
    one.gt_amodal_masks = one.gt_masks = rows('11110000')
    one.gt_layer_order = torch.tensor([0])
    assert evaluate(one) == dict(J_amodal=1, J_modal=1)


def test_results_are_written_by_sequence(tmp_path):
    alone = sample(video_id='w')
    alone.gt_amodal_masks = alone.gt_masks  # nothing hidden
    evaluate(sample(), alone, output_dir=str(tmp_path))
    content = json.loads((tmp_path / 'layers.json').read_text())
    hidden = [row['J_hidden'] for row in content['sequences'].values()]
    assert hidden == [1, None]
    assert content['overall']['J_hidden'] == 1
    assert content['convention']['assignment'] == 'once for the video'
    assert (tmp_path / 'layers.csv').exists()


def test_frames_without_whole_shapes_are_not_scored():
    one = sample()
    del one.gt_amodal_masks
    assert evaluate(one) == {}


def test_merged_layers_are_refused():
    one = sample()
    one.pred_masks = one.pred_masks[:2]
    with pytest.raises(ValueError, match=r'v/0: .* 2 layers .* got 2 masks'):
        LayerMetric().process(None, [one.to_dict()])


def test_missing_predictions_are_named():
    one = sample()
    del one.pred_layer_order
    with pytest.raises(ValueError, match=r'v/0: .* no pred_layer_order'):
        LayerMetric().process(None, [one.to_dict()])
