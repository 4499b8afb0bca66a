import itertools

import pytest
from torch.utils.data import DataLoader

from mmmotion.datasets import SegTrackv2, VideoSampler
from mmmotion.datasets.segtrackv2 import SEGTRACKV2_VIDEOS
from mmmotion.registry import DATASETS


def add(tree, lengths, **kwargs):
    for name, length in lengths.items():
        tree.add_video(name, length, resolution='', **kwargs)
    return str(tree.root)


def test_all_fourteen_videos_are_listed(tree):
    assert len(set(SEGTRACKV2_VIDEOS)) == 14
    root = add(tree, dict.fromkeys([*SEGTRACKV2_VIDEOS, 'other'], 2))
    dataset = DATASETS.build(dict(type='SegTrackv2', data_root=root))
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    assert [info['video_id'] for info in infos[::2]] == list(SEGTRACKV2_VIDEOS)
    assert infos[1]['mask_path'] == str(
        tree.root / 'Annotations/bird_of_paradise/00001.png'
    )


def test_a_video_that_is_not_there_is_an_error(tree):
    root = add(tree, dict(girl=2, worm=2))
    with pytest.raises(FileNotFoundError,
                       match=r'JPEGImages/bird_of_paradise \(videos\)'):
        SegTrackv2(data_root=root)
    assert len(SegTrackv2(data_root=root, videos=['worm', 'girl'])) == 4


@pytest.mark.parametrize('num_workers', [0, 1])
def test_pairs_of_short_videos_can_be_stacked(tree, num_workers):
    root = add(tree, dict(girl=2, worm=3, frog=7), gaps=(1, 2, -1, -2))
    dataset = SegTrackv2(
        data_root=root,
        videos=['girl', 'worm', 'frog'],
        flow_estimator='dis',
        require_flow=True,
        pipeline=[dict(type='LoadFlows'),
                  dict(type='PackMotionInputs')],
    )
    loader = DataLoader(
        dataset,
        batch_size=8,
        sampler=VideoSampler(
            dataset, seed=0, gap_sampling='pairs', num_gaps=2
        ),
        num_workers=num_workers,
        collate_fn=lambda batch: batch,
    )
    seen = set()
    for sample in itertools.chain(*itertools.islice(loader, 8)):
        flows, truth = sample['inputs']['flows'], sample['data_samples']
        assert flows.shape == (2, 2, 12, 20)
        # The flow of gap n is (n, 0) everywhere.
        assert tuple(flows[:, 0, 0, 0].tolist()) == truth.gaps
        assert truth.gaps[0] != truth.gaps[1]
        seen.add(truth.video_id)
    assert seen == {'worm', 'frog'}
