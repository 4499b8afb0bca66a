"""Success rates of boxes from data samples to numbers and files."""

import csv
import json

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator

from mmmotion.evaluation import VideoBoxMetric
from mmmotion.registry import METRICS
from mmmotion.structures import MotionDataSample

HEIGHT, WIDTH = 20, 40
NAMES = ('SR_0.5', 'SR_0.6', 'SR_0.7', 'SR_0.8', 'SR_0.9')


def sample(video, index, num, width, label=0, **fields) -> MotionDataSample:
    """A frame with a box overlap of width / 10."""
    seg = torch.zeros(HEIGHT, WIDTH)
    seg[5:15, 10:10 + width] = 1
    frame = MotionDataSample(
        gt_boxes=torch.tensor([[10.0, 5.0, 20.0, 15.0]]),
        pred_masks=torch.stack([1 - seg, seg]),
        **fields
    )
    frame.set_metainfo(
        dict(
            video_id=video,
            frame_id=f'{index:05d}',
            frame_index=index,
            num_frames=num,
            ori_shape=(HEIGHT, WIDTH),
            motion_label=label,
        )
    )
    return frame


# The last frame of each video is not scored by default.
WIDTHS = dict(a=[10, 9, 8, 5, 0, 1], b=[7, 6, 10])
LABELS = dict(a=[0, 0, 1, 1, 0, 2], b=[0, 1, 2])


def frames() -> list[MotionDataSample]:
    return [
        sample(video, t, len(widths), width, LABELS[video][t])
        for video, widths in WIDTHS.items() for t, width in enumerate(widths)
    ]


def evaluate(samples=None, **options) -> dict[str, float]:
    samples = frames() if samples is None else samples
    metric = VideoBoxMetric(**options)
    for one in samples:
        metric.process(None, [one.to_dict()])
    assert len(metric.results) == len(samples)
    return metric.evaluate(len(samples))


def test_rates_are_over_frames_and_overlap_over_sequences():
    result = evaluate()
    # Overlaps 1, 0.9, 0.8, 0.5, 0 and 0.7, 0.6; strictly above counts.
    rates = [5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7]
    for name, rate in zip(NAMES, rates):
        assert result[f'box/{name}'] == pytest.approx(rate)
    assert result['box/SR_mean'] == pytest.approx(np.mean(rates))
    assert result['box/J'] == pytest.approx((3.2 / 5 + 1.3 / 2) / 2)
    assert result['box/J_frame'] == pytest.approx(4.5 / 7)
    assert result['box/SR_mean_sequence'] == pytest.approx(
        (np.mean([3, 3, 3, 2, 1]) / 5 + np.mean([2, 1, 0, 0, 0]) / 2) / 2
    )
    assert all(type(value) is float for value in result.values())


def test_the_last_frame_of_each_video_may_be_scored():
    result = evaluate(frames='all')
    assert result['box/J'] == pytest.approx((3.3 / 6 + 2.3 / 3) / 2)
    assert result['box/SR_0.9'] == pytest.approx(2 / 9)


def test_each_kind_of_motion_has_its_own_results():
    result = evaluate()
    assert result['box/locomotion_J'] == pytest.approx((1 + 0.9 + 0.7) / 4)
    assert result['box/deformation_J'] == pytest.approx((0.8 + 0.5 + 0.6) / 3)
    # Overlaps 0.8, 0.5 and 0.6 exceed 0.5, 0.6 and 0.7 in 2, 1 and 1 frames.
    assert result['box/deformation_SR_mean'] == pytest.approx(4 / 3 / 5)
    assert 'box/static_J' not in result
    assert evaluate(frames='all')['box/static_J'] == pytest.approx(0.55)


def test_frames_without_a_label_count_all_the_same():
    samples = [sample('a', 0, 2, 7, label=None), sample('a', 1, 2, 7)]
    result = evaluate(samples, frames='all')
    assert result['box/J'] == pytest.approx(0.7)
    assert result['box/locomotion_J'] == pytest.approx(0.7)
    del samples[0].motion_label
    assert evaluate(samples, frames='all') == result


def test_soft_masks_are_cut_at_a_tenth_or_as_asked():
    frame = sample('a', 0, 2, 10)
    soft = torch.full((HEIGHT, WIDTH), 0.1)
    soft[5:15, 10:20] = 0.3
    soft[5:15, 10:15] = 0.6
    frame.pred_masks = torch.stack([1 - soft, soft])
    assert evaluate([frame])['box/J'] == 1
    assert evaluate([frame], threshold=0.5)['box/J'] == pytest.approx(0.5)
    # Everything is foreground.
    assert evaluate([frame], threshold=0.05)['box/J'] == pytest.approx(1 / 8)


def test_the_region_is_the_largest_box_or_component():
    frame = sample('a', 0, 2, 10)
    frame.pred_masks[1, 18, :] = 1  # a line of 40 pixels
    frame.pred_masks[1, 0, :] = 1
    frame.pred_masks[1, 0:19, 39] = 1
    assert evaluate([frame])['box/J'] == pytest.approx(100 / (19 * 40))
    assert evaluate([frame], region='component')['box/J'] == 1


def test_several_objects_are_one_foreground():
    frame = sample('a', 0, 2, 10)
    whole = frame.pred_masks[1]
    halves = torch.stack([whole, whole])
    halves[0, :, 15:] = 0
    halves[1, :, :15] = 0
    frame.pred_masks = torch.cat([frame.pred_masks[:1], halves])
    assert evaluate([frame])['box/J'] == 1


def test_masks_of_another_size_than_the_image_are_scaled():
    frame = sample('a', 0, 2, 10)
    frame.pred_masks = frame.pred_masks[:, ::5, ::5]
    assert evaluate([frame])['box/J'] == 1


def test_a_mask_is_not_inverted_here():
    # Which side is the object is up to the post-processing.
    frame = sample('a', 0, 2, 10)
    frame.pred_masks = frame.pred_masks.flip(0)
    assert evaluate([frame])['box/J'] == pytest.approx(100 / 800)


def test_equals_the_original_evaluation(golden):
    """The golden masks are grey, and turned around where they have to be."""
    _, arrays = golden('metrics.npz')
    samples = []
    for index, (mask, box,
                border) in enumerate(zip(arrays['moca_mask'],
                                         arrays['moca_gt_box'],
                                         arrays['moca_border_fraction'])):
        mask = 255 - mask if border > 0.5 else mask
        soft = torch.from_numpy(mask / 255)
        frame = sample('a', index, 11, 0)
        frame.gt_boxes = torch.from_numpy(box[None])
        frame.pred_masks = torch.stack([1 - soft, soft])
        frame.set_metainfo(dict(ori_shape=mask.shape))
        samples.append(frame)
    result = evaluate(samples)
    assert result['box/J'] == pytest.approx(arrays['moca_iou'].mean())
    for name, rate in zip(NAMES, arrays['moca_success']):
        assert result[f'box/{name}'] == pytest.approx(rate)


def test_json_and_csv_hold_the_numbers_and_the_convention(tmp_path):
    samples = frames()
    del samples[0].gt_boxes
    result = evaluate(samples, output_dir=str(tmp_path), region='component')
    content = json.loads((tmp_path / 'video_box.json').read_text())
    assert content['convention'] == dict(
        frames='but_last',
        average='J over sequences, SR over frames',
        threshold=0.1,
        region='component',
        selection='none',
    )
    assert {
        f'box/{key}': value
        for key, value in content['overall'].items()
    } == result
    counts = ('num_sequences', 'num_frames', 'num_unannotated', 'num_left_out')
    assert [content[key] for key in counts] == [2, 6, 1, 2]
    assert content['motions']['deformation']['frames'] == 3
    assert content['sequences']['b']['J'] == pytest.approx(0.65)
    with open(tmp_path / 'video_box.csv', newline='') as file:
        rows = list(csv.DictReader(file))
    assert [row['sequence'] for row in rows] == ['a', 'b']
    assert [int(row['frames']) for row in rows] == [4, 2]
    assert float(rows[1]['SR_0.5']) == 1
    assert float(rows[0]['SR_mean']) == pytest.approx((2 * 3 + 1) / 4 / 5)


def test_nothing_annotated_gives_no_numbers():
    samples = [sample('a', 0, 1, 10)]
    assert evaluate(samples) == {}
    del samples[0].gt_boxes
    assert evaluate(samples, frames='all') == {}


def test_built_by_an_evaluator_from_a_config():
    config = dict(type='VideoBoxMetric', prefix='moca')
    assert METRICS.build(dict(config)).prefix == 'moca'
    evaluator = Evaluator(config)
    evaluator.process(frames())
    result = evaluator.evaluate(len(frames()))
    assert result['moca/J'] == evaluate()['box/J']


def test_the_log_shows_the_table_and_the_convention(monkeypatch):
    from mmmotion.evaluation.metrics import video_metric
    texts = []
    monkeypatch.setattr(
        video_metric,
        'print_log',
        lambda text, **kwargs: texts.append(text),
    )
    result = evaluate()
    assert 'region: box, selection: none' in texts[0]
    assert f"{result['box/SR_mean']:.3f}" in texts[0]
    assert f"locomotion_J: {result['box/locomotion_J']:.3f}" in texts[0]


@pytest.mark.parametrize('key', ['pred_masks', 'ori_shape', 'video_id'])
def test_a_sample_that_lacks_a_key_is_refused(key):
    frame = sample('a', 0, 2, 10).to_dict()
    del frame[key]
    with pytest.raises(ValueError, match=key):
        VideoBoxMetric().process(None, [frame])


def test_several_boxes_are_refused():
    frame = sample('a', 0, 2, 10)
    frame.gt_boxes = frame.gt_boxes.repeat(2, 1)
    with pytest.raises(ValueError, match=r'a/00000: .*\(1, 4\), got \(2, 4\)'):
        VideoBoxMetric().process(None, [frame.to_dict()])


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(frames='inner'), "frames must be one of 'all', 'but_last'"),
        (dict(region='hull'), "region must be one of 'box', 'component'"),
        (dict(threshold=1), 'expected 0 <= threshold < 1'),
    ],
)
def test_unknown_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        VideoBoxMetric(**options)


def test_one_region_is_chosen_in_each_clip_of_30_frames():
    samples = [sample('a', t, 36, 2) for t in range(36)]
    for t, one in enumerate(samples):
        regions = torch.zeros(3, HEIGHT // 2, WIDTH // 2)
        # Half of the box in the first frames, all of it in the last ones.
        regions[1 + t // 20, 2:8, 5:(8 if t < 20 else 10)] = 1
        regions[0] = 1 - regions.sum(dim=0)
        one.pred_regions = regions
    results = evaluate(samples, frames='all', oracle=['clip'])
    first = box_overlap(6)
    assert results['box/J'] == pytest.approx(0.2)
    # Frames 0 to 5 take the first region; 6 to 35 the one of the last 16.
    values = [first] * 6 + [0] * 14 + [box_overlap(10)] * 16
    assert results['box/oracle_clip_J'] == pytest.approx(np.mean(values))
    assert 0 < results['box/oracle_clip_SR_mean'] < 1
    assert 'box/oracle_clip_J' not in evaluate(samples)


def box_overlap(width):
    """Of a box from row 4 to 16 with one from row 5 to 15, 10 wide."""
    both = 10 * width
    return both / (100 + 12 * width - both)
