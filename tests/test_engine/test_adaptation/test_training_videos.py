from itertools import islice

import pytest
from mmengine.dataset import BaseDataset, ConcatDataset

from mmmotion.datasets import BaseMotionDataset
from mmmotion.datasets.samplers import MixedVideoSampler
from mmmotion.engine.adaptation import TrainingVideos


class Videos(BaseMotionDataset):
    """Two frames for each of the named videos, in the folder of the set."""

    def __init__(self, folder, *names):
        self.names = names
        self.folder = folder
        super().__init__()

    def load_data_list(self):
        return [
            dict(
                video_id=name,
                frame_id=str(i),
                frame_index=i,
                img_path=f'{self.folder}/{name}/{i}',
                mask_path='truth',
            ) for name in self.names for i in range(2)
        ]


def test_a_subset_is_one_video_without_annotations():
    videos = TrainingVideos(Videos('x', 'a', 'b'))
    subset = videos.subset('b')
    entries = [subset.get_data_info(i) for i in range(len(subset))]
    assert [entry['img_path'] for entry in entries] == ['x/b/0', 'x/b/1']
    assert not any('mask_path' in entry for entry in entries)
    listed = [entry['img_path'] for entry in videos.entries('b')]
    assert listed == ['x/b/0', 'x/b/1']


def test_equal_names_are_found_by_their_part():
    both = ConcatDataset([Videos('x', 'a', 'b'), Videos('y', 'b', 'c')])
    videos = TrainingVideos(both)
    videos.require(['a', 'b@0', 'b@1', 'c'])
    for name, folder in (('b@0', 'x/b'), ('b@1', 'y/b'), ('c', 'y/c')):
        subset = videos.subset(name)
        paths = [subset.get_data_info(i)['img_path'] for i in range(2)]
        assert paths == [f'{folder}/0', f'{folder}/1']
        assert 'mask_path' not in subset.get_data_info(0)
        draws = islice(MixedVideoSampler(subset, seed=0), 20)
        assert {int(draw) for draw in draws} == {0, 1}


def test_missing_videos_are_an_error_that_says_what_there_is():
    videos = TrainingVideos(Videos('x', *'abcdefg'))
    videos.require('ab')
    match = '2 of 3 tested videos .*: y, z; .* lists a, b, c, d, e, .*split'
    with pytest.raises(ValueError, match=match):
        videos.require('yaz')


def test_rejects_data_sets_that_cannot_hide_annotations():

    class Other(BaseDataset):

        METAINFO = BaseMotionDataset.METAINFO

        def load_data_list(self):
            return [dict(video_id='a')]

    with pytest.raises(TypeError, match=r'BaseMotionDataset .* got Other'):
        TrainingVideos(ConcatDataset([Videos('x', 'a'), Other()]))
