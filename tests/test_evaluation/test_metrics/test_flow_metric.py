"""Errors of flow from data samples to numbers and files."""

import json

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator

from mmmotion.evaluation import FlowMetric
from mmmotion.registry import METRICS
from mmmotion.structures import MotionDataSample

SIZE = (8, 12)
KEYS = (
    'EPE', 'EPE_zero', 'EPE_object', 'EPE_background', 'above_1px',
    'above_3px', 'above_5px', 'fl_all', 'photometric', 'photometric_zero'
)


def constant(u, v=0.0):
    return torch.tensor([u, v]).view(2, 1, 1).repeat(1, *SIZE)


def pair(shift=2):
    """Frames of a ramp along x, of which each pixel is brighter by 10."""
    ramp = 10 * torch.arange(SIZE[1] + shift, dtype=torch.uint8)
    image = ramp.expand(3, SIZE[0], -1)
    return torch.stack([image[..., shift:], image[..., :SIZE[1]]])


def sample(flow, video='a', index=0, num_frames=1, gaps=(1, ), **fields):
    """A prediction whose left half is the object."""
    mask = torch.zeros(1, *SIZE, dtype=torch.bool)
    mask[..., :SIZE[1] // 2] = True
    meta = dict(
        video_id=video,
        frame_id=str(index),
        frame_index=index,
        num_frames=num_frames,
        gaps=gaps,
        frame_gaps=(0, *gaps),
    )
    fields = dict(gt_masks=mask, **fields)
    return MotionDataSample(metainfo=meta, pred_flow=flow, **fields)


def evaluate(samples, flows, **options):
    metric = FlowMetric(**options)
    for one, flow in zip(samples, flows, strict=True):
        inputs = dict(frames=[pair()])
        if flow is not None:
            inputs['flows'] = [flow[None]]
        metric.process(dict(inputs=inputs), [one.to_dict()])
    results = metric.evaluate(len(samples))
    return {key.removeprefix('flow/'): results[key] for key in results}


def test_errors_by_hand():
    predicted = constant(2.0)
    predicted[1, :, 6:] = 4.0
    results = evaluate([sample(predicted)], [constant(2.0)])
    assert tuple(results) == KEYS
    assert results['EPE'] == 2.0
    assert results['EPE_zero'] == 2.0
    assert results['EPE_object'] == 0.0
    assert results['EPE_background'] == 4.0
    assert results['above_3px'] == results['fl_all'] == 0.5
    assert results['above_5px'] == 0.0


def test_photometric_error_needs_no_truth():
    results = evaluate([sample(constant(2.0), gaps=())], [None])
    assert set(results) == {'photometric', 'photometric_zero'}
    assert results['photometric'] == 0.0
    assert results['photometric_zero'] == 20.0


def test_unknown_pixels_do_not_count():
    truth = constant(2.0)
    truth[:, :, :6] = torch.nan
    predicted = constant(2.0)
    predicted[:, :, :6] = 50.0
    results = evaluate([sample(predicted)], [truth])
    assert results['EPE'] == 0.0
    assert 'EPE_object' not in results


def test_masks_of_another_size_are_fitted():
    large = torch.zeros(2, 16, 24, dtype=torch.bool)
    large[1, :, 12:] = True
    predicted = constant(0.0)
    predicted[0, :, 6:] = 1.0
    one = sample(predicted)
    one.gt_masks = large
    results = evaluate([one], [constant(0.0)])
    assert (results['EPE_object'], results['EPE_background']) == (1.0, 0.0)


def test_frames_count_alike_and_repeated_ones_once(tmp_path):
    samples = [
        sample(constant(0.0), 'a', 0, 2),
        sample(constant(3.0), 'a', 1, 2),
        sample(constant(6.0), 'b', 0, 1),
        sample(constant(6.0), 'b', 0, 1),
    ]
    results = evaluate(
        samples, [constant(0.0)] * 4,
        output_dir=str(tmp_path),
        outfile_prefix='epe'
    )
    assert results['EPE'] == 3.0
    content = json.loads((tmp_path / 'epe.json').read_text())
    assert content['sequences']['a']['EPE'] == 1.5
    assert content['overall']['EPE'] == 3.0
    assert content['convention']['average'] == 'frame'
    last = evaluate(samples[:3], [constant(0.0)] * 3, frames='but_last')
    assert last['EPE'] == 0.0


def test_evaluator_of_a_config():
    evaluator = Evaluator(dict(type='FlowMetric', prefix='val'))
    assert isinstance(evaluator.metrics[0], METRICS.get('FlowMetric'))
    evaluator.process(
        data_samples=[sample(constant(1.0)),
                      sample(constant(3.0), index=1)],
        data_batch=dict(
            inputs=dict(
                frames=[pair()] * 2,
                flows=[constant(0.0)[None]] * 2,
            )
        ),
    )
    assert evaluator.evaluate(2)['val/EPE'] == 2.0


@pytest.mark.parametrize(
    'change, message', [
        (dict(frame_gaps=(0, -1)), r'gap \(1,\), the second frame \(-1,\)'),
        (dict(pred_flow=constant(np.nan)), 'pred_flow to be finite'),
        (dict(pred_flow=constant(0.0)[:, 1:]), 'expected two frames and a'),
        (dict(pred_flow=None), 'a/0: .*pred_flow'),
    ]
)
def test_what_does_not_fit_is_said(change, message):
    one = sample(constant(0.0)).to_dict() | change
    if one['pred_flow'] is None:
        del one['pred_flow']
    batch = dict(inputs=dict(frames=[pair()], flows=[constant(0.0)[None]]))
    with pytest.raises(ValueError, match=message):
        FlowMetric().process(batch, [one])
