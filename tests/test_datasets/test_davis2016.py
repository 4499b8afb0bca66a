import pytest

from mmmotion.datasets import DAVIS2016
from mmmotion.registry import DATASETS


def lines(resolution, video, num_frames):
    return [
        f'/JPEGImages/{resolution}/{video}/{t:05d}.jpg '
        f'/Annotations/{resolution}/{video}/{t:05d}.png'
        for t in range(num_frames)
    ]


@pytest.mark.parametrize('resolution', ['480p', '1080p'])
def test_splits_follow_the_lists(tree, resolution):
    for video in ('bear', 'camel'):
        tree.add_video(video, 3, resolution=resolution)
    tree.add_list('train.txt', lines(resolution, 'bear', 3), resolution)
    tree.add_list('val.txt', lines(resolution, 'camel', 3), resolution)
    for split, video in dict(train='bear', val='camel').items():
        dataset = DAVIS2016(
            data_root=str(tree.root), resolution=resolution, split=split
        )
        assert len(dataset) == 3
        info = dataset.get_data_info(1)
        assert info['video_id'] == video
        assert info['img_path'] == str(tree.image(video, '00001', resolution))
        assert info['mask_path'] == str(tree.mask(video, '00001', resolution))


def test_without_a_split_all_videos_are_used(tree):
    tree.add_video('bear', 3, gaps=(1, )).add_video('camel', 2, gaps=(1, ))
    dataset = DATASETS.build(
        dict(
            type='DAVIS2016',
            data_root=str(tree.root),
            flow_estimator='dis',
            require_flow=True,
        )
    )
    assert len(dataset) == 2 + 1


def test_flows_may_lie_elsewhere(tree, tmp_path):
    tree.add_video('bear', 3, gaps=(1, ))
    (tree.root / 'Flows').rename(tmp_path / 'Flows')
    dataset = DAVIS2016(
        data_root=str(tree.root),
        data_prefix=dict(flow=str(tmp_path)),
        flow_estimator='dis',
    )
    path = dataset.get_data_info(0)['flow_paths'][1]
    assert path == str(tmp_path / 'Flows/dis/gap+1/bear/00000.npy')


def test_rejects_what_davis_does_not_have(tree):
    with pytest.raises(ValueError, match="got '720p'"):
        DAVIS2016(data_root=str(tree.root), resolution='720p')
    with pytest.raises(ValueError, match="got 'test'"):
        DAVIS2016(data_root=str(tree.root), split='test')
    with pytest.raises(FileNotFoundError, match=r'val\.txt \(ann_file\)'):
        DAVIS2016(data_root=str(tree.add_video('a', 1).root), split='val')
