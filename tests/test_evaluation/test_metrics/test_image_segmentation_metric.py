"""The metric from data samples to numbers, table and files."""

import csv
import json

import numpy as np
import pytest
import torch

from mmmotion.evaluation import ImageSegmentationMetric
from mmmotion.postprocessing import BorderForeground, ObjectChannel
from mmmotion.registry import METRICS
from mmmotion.structures import MotionDataSample


def sample(name, masks, truth, dataset=None):
    """A still image with soft masks (1 + O, H, W)."""
    given = dict(video_id=name, frame_id=name, frame_index=0, num_frames=1)
    if dataset is not None:
        given['dataset'] = dataset
    masks = torch.as_tensor(masks, dtype=torch.float32)
    fields = dict(pred_masks=masks)
    if truth is not None:
        fields['gt_masks'] = torch.as_tensor(truth > 0)[None]
    return MotionDataSample(metainfo=given, **fields).to_dict()


def soft(values, truth, name='a', **kwargs):
    values = np.atleast_2d(values)
    masks = np.stack([1 - values, values])
    return sample(
        name, masks, None if truth is None else np.atleast_2d(truth), **kwargs
    )


def evaluate(samples, **options):
    metric = ImageSegmentationMetric(**options)
    for one in samples:
        metric.process(None, [one])
    assert len(metric.results) == len(samples)
    return metric.evaluate(len(samples))


def test_scores_by_hand():
    result = evaluate([soft([0.0, 0.2, 0.4, 0.6, 0.8], [0, 0, 1, 1, 1])])
    expected = {
        'acc': 0.8,
        'IoU': 2 / 3,
        'F': 1.3 * (2 / 3) / (0.3 + 2 / 3),
        'max_F': 1.0,  # above 0.2 and below 0.4
        'MAE': (0.2 + 0.6 + 0.4 + 0.2) / 5,
    }
    for key, value in expected.items():
        assert result[f'image/{key}'] == pytest.approx(value, abs=2e-6)
    assert len(result) == len(expected) + 2


def test_the_adaptive_threshold_is_twice_the_mean():
    # Twice the mean is 0.4: one of the two object pixels is found.
    result = evaluate([soft([0.0, 0.0, 0.3, 0.5], [0, 0, 1, 1])])
    expected = 1.3 * 0.5 / (0.3 + 0.5)
    assert result['image/adaptive_F'] == pytest.approx(expected)


def test_the_mean_f_is_over_all_thresholds():
    one = soft([0.1, 0.9], [0, 1])
    # The pixel of 0.1 is found by thresholds up to 25 / 255, that of 0.9 up
    # to 229 / 255, and nothing is found by the others.
    half = 1.3 * 0.5 / (0.3 * 0.5 + 1)
    expected = (25 * half + 204) / 254
    assert evaluate([one])['image/mean_F'] == pytest.approx(expected)


def test_the_largest_f_is_that_of_the_mean_over_images():
    low, high = soft([0.1, 0.3], [0, 1]), soft([0.6, 0.9], [0, 1], 'b')
    assert evaluate([low])['image/max_F'] == pytest.approx(1)
    assert evaluate([high])['image/max_F'] == pytest.approx(1)
    # No threshold suits both: one image has F 1, the other half precision.
    half = 1.3 * 0.5 / (0.3 * 0.5 + 1)
    both = evaluate([low, high])['image/max_F']
    assert both == pytest.approx((1 + half) / 2)


def test_equals_the_released_evaluation(golden):
    arrays = golden('gwm_metrics.npz')[1]
    samples = []
    for number, masks in enumerate(arrays['masks']):
        chosen = BorderForeground()(torch.from_numpy(masks), {}, None)
        samples.append(sample(str(number), chosen, arrays['targets'][number]))
    result = evaluate(samples)
    for key, name in (('acc', 'mean_acc'), ('IoU', 'mean_iou'),
                      ('max_F', 'f_max'), ('F', 'f_beta')):
        assert result[f'image/{key}'] == pytest.approx(
            float(arrays[name]), abs=1e-6
        )


@pytest.fixture(scope='module')
def saliency(golden):
    """Samples of the reference file of measures, and its values."""
    arrays = golden('metrics.npz')[1]
    width = arrays['sal_shape'][-1]
    truths = np.unpackbits(arrays['sal_gt'], axis=-1)[..., :width]
    pairs = zip(arrays['sal_pred'] / 255, truths)
    return [soft(*pair, str(i)) for i, pair in enumerate(pairs)], arrays


@pytest.mark.parametrize(
    'options, names',
    [
        ({}, dict(acc='sal_acc', IoU='sal_iou', max_F='sal_prob_maxF')),
        (
            dict(thresholds='levels', stretch=True),
            dict(
                MAE='sal_mae',
                max_F='sal_maxF_dataset',
                mean_F='sal_meanF_dataset',
                IoU='sal_iou',
            ),
        ),
    ],
)
def test_equals_the_toolboxes(saliency, options, names):
    samples, arrays = saliency
    result = evaluate(samples, **options)
    for key, name in names.items():
        # Masks are 32-bit here, and share at least 1e-6 of every pixel, so
        # that those of 8 bits may lie one of 256 levels lower.
        tolerance = 2e-3 if key == 'mean_F' else 2e-5
        assert result[f'image/{key}'] == pytest.approx(
            np.mean(arrays[name]), abs=tolerance
        )


def test_the_adaptive_f_equals_the_toolboxes(saliency):
    samples, arrays = saliency
    values = arrays['sal_F_adaptive'].copy()
    # The toolboxes find every pixel of a black prediction, at or above 0.
    is_black = ~arrays['sal_pred'].any(axis=(1, 2))
    assert is_black.sum() == 1
    values[is_black] = 0
    result = evaluate(samples, thresholds='levels', stretch=True)
    assert result['image/adaptive_F'] == pytest.approx(values.mean(), abs=1e-6)


def test_one_channel_of_several_is_scored_by_its_probability():
    masks = torch.tensor([[[0.5, 0.2]], [[0.3, 0.7]], [[0.2, 0.1]]])
    chosen = ObjectChannel(channel=1)(masks, {}, MotionDataSample())
    result = evaluate([sample('a', chosen, np.array([[0, 1]]))])
    assert result['image/MAE'] == pytest.approx((0.3 + 0.3) / 2)
    assert result['image/max_F'] == pytest.approx(1)  # at 0.3 to 0.7


def test_several_objects_count_as_one():
    masks = np.array([[[0.3, 0.8]], [[0.3, 0.1]], [[0.4, 0.1]]])
    result = evaluate([sample('a', masks, np.array([[1, 0]]))])
    assert (result['image/IoU'], result['image/acc']) == (1, 1)


def test_every_data_set_has_results_of_its_own(tmp_path):
    samples = [
        soft([0.9, 0.1], [1, 0], '1', dataset='DUTS'),
        soft([0.9, 0.9], [1, 0], '1', dataset='ECSSD'),
        soft([0.1, 0.1], [1, 0], '2', dataset='ECSSD'),
        soft([0.1, 0.1], None, '3', dataset='ECSSD')
    ]
    result = evaluate(samples, output_dir=str(tmp_path))
    assert result['image/DUTS/IoU'] == 1
    assert result['image/ECSSD/IoU'] == 0.25
    assert len(result) == 14
    content = json.loads((tmp_path / 'image_segmentation.json').read_text())
    assert content['datasets']['ECSSD']['images'] == 2
    assert content['datasets']['ECSSD']['IoU'] == 0.25
    assert (content['num_images'], content['num_unannotated']) == (3, 1)
    assert content['convention']['thresholds_of_max_f'] == 'above'
    with open(tmp_path / 'image_segmentation.csv', newline='') as file:
        rows = list(csv.DictReader(file))
    assert [row['dataset'] for row in rows] == ['DUTS', 'ECSSD']
    assert float(rows[1]['MAE']) == result['image/ECSSD/MAE']


def test_nothing_annotated_gives_no_numbers():
    one = soft([0.1, 0.1], [0, 1])
    one.pop('gt_masks')
    assert evaluate([one]) == {}


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="'above', 'levels', got 'all'"):
        METRICS.build(dict(type='ImageSegmentationMetric', thresholds='all'))
    one = soft([0.1, 0.1], [0, 1], dataset='DUTS')
    one['gt_masks'] = torch.zeros(1, 3, 2, dtype=torch.bool)
    with pytest.raises(ValueError, match=r'DUTS/a: .* \(1, 2\) .* \(3, 2\)'):
        evaluate([one])
    one.pop('pred_masks')
    with pytest.raises(ValueError, match=r'DUTS/a: .* no pred_masks'):
        evaluate([one])
