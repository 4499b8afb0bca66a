from mmengine.dataset import BaseDataset, ConcatDataset, pseudo_collate
from torch.utils.data import DataLoader

from mmmotion.engine.video_names import (
    VideoNames,
    group_by_name,
    iterate_named,
)
from mmmotion.structures import MotionDataSample


class Videos(BaseDataset):
    """One frame for each of the named videos."""

    def __init__(self, *names):
        self.names = names
        super().__init__()

    def load_data_list(self):
        return [dict(video_id=name) for name in self.names]

    def __getitem__(self, index):
        return dict(data_samples=sample(self.names[index]))


def sample(name):
    return MotionDataSample(metainfo=dict(video_id=name))


def rename_all(dataset):
    samples = [
        sample(dataset.get_data_info(index)['video_id'])
        for index in range(len(dataset))
    ]
    VideoNames(dataset).rename(samples, range(len(dataset)))
    return [each.video_id for each in samples]


def test_only_names_of_several_parts_change():
    both = ConcatDataset([Videos('a', 'b'), Videos('b', 'c')])
    assert rename_all(both) == ['a', 'b@0', 'b@1', 'c']


def test_a_single_data_set_keeps_its_names():
    assert rename_all(Videos('a', 'a')) == ['a', 'a']


def test_a_stand_in_takes_the_part_of_the_frame_it_was_loaded_for():
    both = ConcatDataset([Videos('a', 'b'), Videos('a')])
    stand_in = sample('a')
    VideoNames(both).rename([stand_in], [1])
    assert stand_in.video_id == 'a@0'


def test_batches_of_a_loader_keep_their_order():
    both = ConcatDataset([Videos('a', 'b', 'c'), Videos('c', 'd')])
    loader = DataLoader(both, batch_size=2, collate_fn=pseudo_collate)
    names = [[each.video_id for each in batch['data_samples']]
             for batch in iterate_named(loader)]
    assert names == [['a', 'b'], ['c@0', 'c@1'], ['d']]


def test_entries_are_grouped_by_their_unambiguous_name():
    both = ConcatDataset([Videos('a', 'b', 'a'), Videos('b', 'c')])
    assert group_by_name(both) == {
        'a': [0, 2],
        'b@0': [1],
        'b@1': [3],
        'c': [4]
    }
    assert group_by_name(Videos('b', 'a', 'b')) == {'b': [0, 2], 'a': [1]}
