"""The data sets of the configs follow the protocols that they name."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from PIL import Image

from mmmotion.datasets.box_table import BoxEntry, write_box_table
from mmmotion.datasets.fbms59 import FBMS59_TEST_VIDEOS
from mmmotion.datasets.segtrackv2 import SEGTRACKV2_VIDEOS
from mmmotion.flow import write_flow
from mmmotion.registry import DATA_SAMPLERS, DATASETS, METRICS, TRANSFORMS
from mmmotion.structures import MotionDataSample

ROOT = Path(__file__).parents[2]
YOUTUBE_VOS = ROOT / 'configs' / 'amd' / 'amd_r50_ytvos.py'
SIZE = (18, 32)
LENGTH = 14
VIDEOS = dict(
    segtrackv2=SEGTRACKV2_VIDEOS,
    fbms59=(*FBMS59_TEST_VIDEOS, 'bear01'),
    moca=('ibex', 'fossa'),
)
ANNOTATED = dict(segtrackv2=range(LENGTH), fbms59=(0, 4, 13), moca=())
NUM_LISTED = dict(segtrackv2=14 * LENGTH, fbms59=30 * 3, moca=2 * LENGTH)


def load(name):
    return Config.fromfile(ROOT / f'configs/_base_/datasets/{name}.py')


def save_video(root, name, flows, annotated):
    """A video whose flow of gap n is (n, 0) everywhere."""
    image = Image.new('L', SIZE[::-1], 255)
    (root / 'JPEGImages' / name).mkdir(parents=True)
    (root / 'Annotations' / name).mkdir(parents=True)
    for t in range(LENGTH):
        image.save(root / 'JPEGImages' / name / f'{t:05d}.jpg')
        if t in annotated:
            image.save(root / 'Annotations' / name / f'{t:05d}.png')
    for gap, content in flows.items():
        folder = root / f'Flows_gap{gap}' / name
        folder.mkdir(parents=True)
        for t in range(max(0, -gap), min(LENGTH, LENGTH - gap)):
            (folder / f'{t:05d}.flo').write_bytes(content)


def flow_file(path, gap):
    flow = np.zeros((*SIZE, 2), np.float32)
    flow[..., 0] = gap
    write_flow(path, flow)
    return path.read_bytes()


@pytest.fixture(scope='module')
def trees(tmp_path_factory):
    """The three data sets, tiny, with flow in the released layout."""
    folder = tmp_path_factory.mktemp('data')
    for name, videos in VIDEOS.items():
        gaps = (3, 6, -3, -6) if name == 'fbms59' else (1, 2, -1, -2)
        flows = {gap: flow_file(folder / 'flow.flo', gap) for gap in gaps}
        for video in videos:
            save_video(folder / name, video, flows, ANNOTATED[name])
    boxes = {f'{t:05d}': BoxEntry((2, 2, 9, 9), 0) for t in range(LENGTH)}
    write_box_table(
        folder / 'moca' / 'annotations.csv',
        dict.fromkeys(VIDEOS['moca'], boxes),
    )
    return folder


def build(cfg, root):
    return DATASETS.build(dict(cfg.dataset, data_root=str(root)))


@pytest.mark.parametrize('name', VIDEOS)
def test_training_draws_two_flows_of_one_frame(name, trees):
    cfg = load(name)
    dataset = build(cfg.train_dataloader, trees / name)
    listed = {
        dataset.get_data_info(i)['video_id']
        for i in range(len(dataset))
    }
    assert listed == set(VIDEOS[name])
    sampler = DATA_SAMPLERS.build(
        dict(cfg.train_dataloader.sampler),
        default_args=dict(dataset=dataset, seed=0),
    )
    drawn = [dataset[sampler.draw(number)] for number in range(60)]
    batch = pseudo_collate(drawn)
    assert {flow.shape
            for flow in batch['inputs']['flows']} == {(2, 2, 128, 224)}
    pairs = {sample['data_samples'].gaps for sample in drawn}
    assert pairs == set(combinations(cfg.gaps, 2))
    # Flow follows the size: 224 / 32 times as long.
    first = drawn[0]
    torch.testing.assert_close(
        first['inputs']['flows'][:, 0, 60, 100],
        torch.tensor(first['data_samples'].gaps) * 7.0,
    )


@pytest.mark.parametrize('name', VIDEOS)
def test_evaluation_sees_the_first_gap_and_the_opposite_at_the_end(
    name, trees
):
    cfg = load(name)
    dataset = build(cfg.val_dataloader, trees / name)
    assert len(dataset) == NUM_LISTED[name]
    gap = cfg.gaps[0]
    per_video = 3 if name == 'fbms59' else LENGTH
    for index, expected in ((0, gap), (per_video - 1, -gap)):
        sample = dataset[index]
        truth = sample['data_samples']
        assert truth.gaps == (expected, )
        flow = sample['inputs']['flows']
        assert flow.shape == (1, 2, 128, 224)
        # Not negated: the picture of the flow is that of the release.
        assert flow[0, 0, 60, 100] == 7 * expected
        assert truth.ori_shape == SIZE
        assert ('gt_boxes' in truth) == (name == 'moca')
        assert ('gt_masks' in truth) == (name != 'moca')


def predictions():
    """Two videos in which a share of the object is found."""
    samples = []
    for video, shares in dict(long=(10, 10, 4, 8), short=(2, 6)).items():
        for t, share in enumerate(shares):
            mask = torch.zeros(20, 40)
            mask[5:15, 10:10 + share] = 1
            truth = torch.zeros(1, 20, 40, dtype=torch.bool)
            truth[:, 5:15, 10:20] = True
            samples.append(
                MotionDataSample(
                    metainfo=dict(
                        video_id=video,
                        frame_id=f'{t:05d}',
                        frame_index=t,
                        num_frames=len(shares),
                        ori_shape=(20, 40),
                        motion_label=0,
                    ),
                    gt_masks=truth,
                    gt_boxes=torch.tensor([[10.0, 5.0, 20.0, 15.0]]),
                    pred_regions=torch.stack([1 - mask, mask]),
                    pred_masks=torch.stack([1 - mask, mask]),
                    pred_seg=mask.to(torch.uint8),
                )
            )
    return samples


@pytest.mark.parametrize(
    'name, expected',
    [
        # All frames count alike.
        ('segtrackv2', {
            'seg/J': 4.0 / 6
        }),
        ('fbms59', {
            'seg/J': 4.0 / 6
        }),
        # Without the last frames: 1, 1, 0.4 and 0.2. J is the mean over the
        # videos, success rates are those of the frames.
        (
            'moca', {
                'box/J': (0.8 + 0.2) / 2,
                'box/SR_0.5': 2 / 4,
                'box/SR_0.9': 2 / 4
            }
        ),
    ],
)
@pytest.mark.parametrize('key', ['val_evaluator', 'test_evaluator'])
def test_scores_follow_the_protocol_of_the_data_set(name, expected, key):
    metric = METRICS.build(dict(load(name)[key]))
    samples = predictions()
    metric.process(None, [sample.to_dict() for sample in samples])
    result = metric.evaluate(len(samples))
    for metric_name, value in expected.items():
        assert result[metric_name] == pytest.approx(value)


def test_davis_is_scored_without_the_first_and_the_last_frame():
    metric = METRICS.build(
        dict(
            type='VideoSegmentationMetric',
            frames='inner',
            average='sequence',
        )
    )
    samples = predictions()
    metric.process(None, [sample.to_dict() for sample in samples])
    # Of the two frames of the short video none is left.
    assert metric.evaluate(len(samples))['seg/J'] == pytest.approx(0.7)


@pytest.mark.parametrize('name', ['segtrackv2', 'fbms59'])
def test_the_oracle_takes_the_better_region_of_each_frame(name):
    metric = METRICS.build(dict(load(name).test_evaluator))
    samples = predictions()
    for sample in samples:
        sample.pred_seg = 1 - sample.pred_seg
    metric.process(None, [sample.to_dict() for sample in samples])
    result = metric.evaluate(len(samples))
    assert result['seg/oracle_region_J'] == pytest.approx(4.0 / 6)
    assert result['seg/J'] < 0.2


def test_pairs_of_youtube_vos_are_crops_of_two_successive_frames(tmp_path):
    cfg = Config.fromfile(YOUTUBE_VOS).train_dataloader
    root = tmp_path / 'train_all_frames' / 'JPEGImages'
    for name, size in dict(wide=(854, 480), high=(405, 720)).items():
        (root / name).mkdir(parents=True)
        for t in range(3):
            image = Image.new('RGB', size, (80 * t, ) * 3)
            image.save(root / name / f'{t:05d}.jpg')
    dataset = build(cfg, tmp_path)
    sampler = DATA_SAMPLERS.build(
        dict(cfg.sampler), default_args=dict(dataset=dataset, seed=0)
    )
    assert cfg.batch_size == 2  # on each of 8 GPUs, 16 in all
    for number in range(8):
        sample = dataset[sampler.draw(number)]
        frames = sample['inputs']['frames'].float()
        assert frames.shape == (2, 3, 384, 384)
        torch.testing.assert_close(
            frames[1] - frames[0],
            torch.full((3, 384, 384), 80.0),
            atol=2,
            rtol=0,
        )
        assert sample['data_samples'].frame_gaps == (0, 1)


def test_frames_are_tested_at_the_size_of_their_training(tmp_path):
    cfg = Config.fromfile(YOUTUBE_VOS).val_dataloader
    paths = [tmp_path / f'frame{suffix}' for suffix in ('.jpg', '.png')]
    for path in paths:
        Image.new('L', (854, 480), 255).save(path)
    results = dict(img_path=str(paths[0]), mask_path=str(paths[1]))
    for step in cfg.dataset.pipeline:
        results = TRANSFORMS.build(step).transform(results)
    assert results['inputs']['frames'].shape == (1, 3, 392, 697)
    assert results['data_samples'].gt_masks.shape == (1, 480, 854)
    assert results['data_samples'].ori_shape == (480, 854)
