"""The metric from data samples to numbers, table and files."""

import csv
import json
import logging

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger

from mmmotion.evaluation import VideoSegmentationMetric
from mmmotion.evaluation.functional import boundary_f, sequence_statistics
from mmmotion.registry import METRICS
from mmmotion.structures import MotionDataSample

HEIGHT, WIDTH = 20, 40


def sample(video, index, num, area, **fields) -> MotionDataSample:
    """A frame with J = area / 10."""
    target = torch.zeros(1, HEIGHT, WIDTH, dtype=torch.bool)
    target[:, 5:15, 10:20] = True
    seg = torch.zeros(HEIGHT, WIDTH, dtype=torch.uint8)
    seg[5:15, 10:10 + area] = 1
    frame = MotionDataSample(gt_masks=target, pred_seg=seg, **fields)
    frame.set_metainfo(
        dict(
            video_id=video,
            frame_id=f'{index:05d}',
            frame_index=index,
            num_frames=num,
        )
    )
    return frame


AREAS = dict(a=[10, 9, 8, 4, 2, 1], b=[5, 6, 7])


def frames() -> list[MotionDataSample]:
    return [
        sample(video, index, len(areas), area)
        for video, areas in AREAS.items() for index, area in enumerate(areas)
    ]


def evaluate(samples=None, **options) -> dict[str, float]:
    samples = frames() if samples is None else samples
    metric = VideoSegmentationMetric(**options)
    for one in samples:
        metric.process(None, [one.to_dict()])
    assert len(metric.results) == len(samples)
    return metric.evaluate(len(samples))


def expected(video: str, inner: bool = False):
    values = np.array(AREAS[video]) / 10
    return sequence_statistics(values[1:-1] if inner else values)


def test_overall_is_the_mean_over_sequences():
    result = evaluate()
    for field, key in (('mean', 'seg/J'), ('recall', 'seg/J_recall'),
                       ('decay', 'seg/J_decay')):
        values = [getattr(expected(video), field) for video in 'ab']
        assert result[key] == pytest.approx(np.mean(values))
    assert result['seg/J&F'] == pytest.approx(
        (result['seg/J'] + result['seg/F']) / 2
    )
    assert all(type(value) is float for value in result.values())


def test_boundary_is_scored_beside_the_region():
    scores = []
    for one in frames():
        pair = one.pred_seg.numpy() > 0, one.gt_masks[0].numpy()
        scores.append(boundary_f(*pair))
    wanted = (np.mean(scores[:6]) + np.mean(scores[6:])) / 2
    assert evaluate()['seg/F'] == pytest.approx(wanted)


def test_inner_frames_leave_out_the_first_and_the_last():
    result = evaluate(frames='inner')
    values = [expected(video, inner=True).mean for video in 'ab']
    assert result['seg/J'] == pytest.approx(np.mean(values))
    values = [expected(video, inner=True).decay for video in 'ab']
    assert result['seg/J_decay'] == pytest.approx(np.mean(values))


def test_average_over_frames_weighs_long_sequences_more():
    result = evaluate(average='frame')
    values = np.array(AREAS['a'] + AREAS['b']) / 10
    assert result['seg/J'] == pytest.approx(values.mean())
    assert result['seg/J_recall'] == pytest.approx((values > 0.5).mean())
    decays = [expected(video).decay for video in 'ab']
    assert result['seg/J_decay'] == pytest.approx(np.mean(decays))


def test_the_order_of_the_frames_does_not_matter():
    assert evaluate(frames()[::-1]) == evaluate()


def test_padded_repeats_do_not_count():
    assert evaluate(frames() + frames()[:4]) == evaluate()


def test_frames_without_annotation_are_counted_and_left_out(tmp_path):
    samples = frames()
    for one in samples[1:5]:
        del one.gt_masks
    result = evaluate(samples, output_dir=str(tmp_path))
    assert result['seg/J'] == pytest.approx((0.55 + 0.6) / 2)
    content = json.loads((tmp_path / 'video_segmentation.json').read_text())
    assert content['num_unannotated'] == 4
    assert content['num_frames'] == 5


def test_nothing_annotated_gives_no_numbers():
    samples = frames()
    for one in samples:
        del one.gt_masks
    assert evaluate(samples) == {}


def test_a_video_of_one_frame_has_a_score_and_no_inner_frames():
    single = sample('c', 0, 1, 7)
    result = evaluate([single])
    assert (result['seg/J'], result['seg/J_decay']) == (0.7, 0.0)
    assert evaluate([single], frames='inner') == {}
    inner = evaluate([*frames(), single], frames='inner')
    assert inner == evaluate(frames='inner')


def test_oracles_add_columns_that_say_so():
    samples = [
        sample('a', 0, 1, 2, pred_regions=torch.eye(4).reshape(4, 2, 2))
    ]
    plain, result = evaluate(samples), evaluate(
        samples, oracle=['side', 'region', 'assignment']
    )
    added = set(result) - set(plain)
    assert {result[key] == plain[key] for key in plain} == {True}
    assert all(key.startswith('seg/oracle_') for key in added)
    assert len(added) == 3 * 7
    # The annotation spans a quarter of each quarter of the left, 25 of 200.
    assert result['seg/oracle_side_J'] == plain['seg/J'] == 0.2
    assert result['seg/oracle_region_J'] > 0


def test_the_oracle_of_one_channel_names_it(tmp_path):
    samples = []
    for index, area in enumerate((4, 8)):
        regions = torch.zeros(2, HEIGHT, WIDTH)
        regions[1, 5:15, 10:10 + area] = 0.6
        regions[0, 5:15, 10 + area:20] = 0.6
        samples.append(sample('a', index, 2, 2, pred_regions=regions))
    result = evaluate(samples, oracle=['channel'], output_dir=str(tmp_path))
    # In the first frame the other channel would be better.
    assert result['seg/oracle_channel_J'] == pytest.approx(0.6)
    assert len(result) == 2 * 7
    text = (tmp_path / 'video_segmentation.json').read_text()
    assert json.loads(text)['oracle_channel'] == 1


def test_threshold_takes_the_soft_masks():
    frame = sample('a', 0, 1, 2)
    soft = 0.4 * frame.gt_masks.float()
    frame.pred_masks = torch.cat([1 - soft, soft])
    assert evaluate([frame], threshold=0.35)['seg/J'] == 1


def test_json_holds_numbers_and_convention(tmp_path):
    result = evaluate(
        frames='inner', average='frame', output_dir=str(tmp_path / 'new')
    )
    path = tmp_path / 'new' / 'video_segmentation.json'
    content = json.loads(path.read_text())
    assert content['convention'] == dict(
        frames='inner',
        average='frame',
        size='annotation',
        threshold='pred_seg',
        selection='none',
        objects='merge',
    )
    assert {
        f'seg/{key}': value
        for key, value in content['overall'].items()
    } == result
    assert content['num_sequences'] == 2
    assert content['num_left_out'] == 4
    assert content['sequences']['a']['frames'] == 4
    assert content['sequences']['b']['J'] == pytest.approx(0.6)


def test_csv_holds_one_row_per_sequence(tmp_path):
    evaluate(output_dir=str(tmp_path), outfile_prefix='val', oracle=['side'])
    with open(tmp_path / 'val.csv', newline='') as file:
        rows = list(csv.DictReader(file))
    assert [row['sequence'] for row in rows] == ['a', 'b']
    assert [int(row['frames']) for row in rows] == [6, 3]
    for row in rows:
        wanted = expected(row['sequence'])
        assert float(row['J']) == wanted.mean
        assert float(row['J_recall']) == wanted.recall
        assert float(row['J_decay']) == wanted.decay
        assert float(row['oracle_side_J']) >= float(row['J'])


def test_files_lie_beside_the_log_of_the_job(tmp_path):
    previous = MMLogger.get_current_instance().instance_name
    name = f'job_{tmp_path.name}'
    MMLogger.get_instance(name, log_file=str(tmp_path / 'job.log'))
    try:
        result = evaluate()
    finally:
        for handler in MMLogger.get_instance(name).handlers:
            handler.close()
        MMLogger._instance_dict.pop(name)
    assert MMLogger.get_current_instance().instance_name == previous
    assert (tmp_path / 'video_segmentation.csv').exists()
    log = (tmp_path / 'job.log').read_text()
    assert 'selection: none' in log
    assert 'mean over sequences' in log
    assert f"{result['seg/J']:.3f}" in log


def test_without_a_log_file_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    logger = MMLogger.get_instance('no_file')
    assert logger.log_file is None
    try:
        evaluate()
    finally:
        MMLogger._instance_dict.pop('no_file')
    assert not list(tmp_path.iterdir())


def test_built_by_an_evaluator_from_a_config(caplog):
    config = dict(type='VideoSegmentationMetric', prefix='davis')
    assert METRICS.build(dict(config)).prefix == 'davis'
    evaluator = Evaluator(config)
    with caplog.at_level(logging.INFO):
        evaluator.process(frames())
        result = evaluator.evaluate(len(frames()))
    assert result['davis/J'] == evaluate()['seg/J']


def test_a_sample_without_its_video_is_refused():
    frame = sample('a', 0, 1, 2).to_dict()
    del frame['video_id'], frame['num_frames']
    with pytest.raises(ValueError, match=r"\['video_id', 'num_frames'\]"):
        VideoSegmentationMetric().process(None, [frame])


@pytest.mark.parametrize(
    'options, message',
    [
        (dict(frames='most'), "frames must be one of 'all', 'inner'"),
        (dict(average='mean'), "average must be one of .* got 'mean'"),
        (dict(oracle=['best']), "oracle must be one of 'side'"),
        (dict(oracle='side'), 'oracle must be a list'),
        (dict(threshold=1), 'expected 0 <= threshold < 1'),
    ],
)
def test_unknown_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        VideoSegmentationMetric(**options)
