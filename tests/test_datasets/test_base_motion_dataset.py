import pickle

import pytest
import torch
from torch.utils.data import DataLoader

from mmmotion.datasets import (
    BaseMotionDataset,
    FrameDraw,
    MissingFileError,
    SampleError,
    is_label,
)
from mmmotion.registry import TRANSFORMS


class TwoVideos(BaseMotionDataset):
    """Videos of three frames; the last frame has flow backwards only."""

    def load_data_list(self):
        return [
            dict(
                video_id='ab'[i // 3],
                frame_id=str(i % 3),
                frame_index=i % 3,
                num_frames=3,
                available_gaps=(-1, ) if i % 3 == 2 else (1, ),
            ) for i in range(6)
        ]


class FailOn:
    """Break the named samples."""

    def __init__(self, *broken):
        self.broken = broken

    def __call__(self, results):
        index = results['sample_idx']
        if index in self.broken:
            raise SampleError(f'bad file: {index}.jpg', f'{index}.jpg')
        return results


def make(*broken, **kwargs):
    return TwoVideos(pipeline=[FailOn(*broken)], **kwargs)


def test_a_broken_sample_raises_by_default():
    with pytest.raises(SampleError, match=r'bad file: 1\.jpg'):
        make(1)[1]


@pytest.mark.parametrize('test_mode', [False, True])
@pytest.mark.parametrize(
    'broken, index, expected',
    [
        ((1, ), 1, 2),  # the next frame
        ((2, ), 2, 1),  # the previous one of the same video
        ((1, 2), 2, 0),
        ((0, 1, 2), 1, 3),  # another video
        ((3, 4, 5), 4, 0),  # from the beginning
    ],
)
def test_a_skipped_sample_has_a_fixed_replacement(
    test_mode, broken, index, expected
):
    dataset = make(*broken, on_error='skip', test_mode=test_mode)
    assert dataset[index]['sample_idx'] == expected
    assert dataset[index - 6]['sample_idx'] == expected


def test_a_replacement_keeps_the_draw_and_has_its_gaps():
    dataset = make(1, on_error='skip')
    results = dataset[FrameDraw(1, draw=8, seed=4, gaps=(1, ))]
    assert results['sample_idx'] == 0  # frame 2 has no flow forwards
    assert (results['draw'], results['seed']) == (8, 4)
    assert results['gaps'] == (1, )


def test_every_broken_file_is_counted_and_logged_once(caplog):
    dataset = make(1, 4, on_error='skip')
    with caplog.at_level('WARNING'):
        for index in (1, 4, 1, 1):
            dataset[index]
    assert dataset.num_skipped == 2


def test_a_pair_of_a_frame_with_itself_has_a_replacement():
    dataset = make(1, on_error='skip')
    assert dataset[FrameDraw(1, gaps=(0, ))]['sample_idx'] == 2


def test_files_broken_in_workers_are_counted_in_the_main_process():
    dataset = make(1, 4, on_error='skip')
    loader = DataLoader(dataset, num_workers=2, collate_fn=lambda batch: batch)
    assert [batch[0]['sample_idx'] for batch in loader] == [0, 2, 2, 3, 5, 5]
    assert dataset.num_skipped == 2


def test_a_data_set_without_a_readable_sample_says_so():
    dataset = make(*range(6), on_error='skip', data_root='/some/root')
    with pytest.raises(SampleError,
                       match='no frame .* /some/root'.replace(' /', '.*/')):
        dataset[0]


def test_other_errors_are_never_skipped():

    def fail(results):
        raise KeyError('frames')

    dataset = TwoVideos(pipeline=[fail], on_error='skip')
    with pytest.raises(KeyError, match='frames'):
        dataset[0]


@pytest.mark.parametrize('kind', [SampleError, MissingFileError])
def test_the_error_of_a_worker_process_keeps_type_and_message(kind):

    def fail(results):
        raise kind('image not found: /x/1.jpg', '/x/1.jpg')

    loader = DataLoader(TwoVideos(pipeline=[fail]), num_workers=1)
    with pytest.raises(kind, match=r'image not found: /x/1\.jpg'):
        next(iter(loader))


def test_sample_errors_survive_pickling():
    error = pickle.loads(pickle.dumps(MissingFileError('no file', '/x')))
    assert isinstance(error, SampleError)
    assert isinstance(error, FileNotFoundError)
    assert (str(error), error.path) == ('no file', '/x')


def test_pipeline_steps_are_built_from_configs():
    dataset = TwoVideos(pipeline=[dict(type='RandomFlip', prob=1.0)])
    assert dataset[0]['flip'] is True
    assert isinstance(
        dataset.pipeline.transforms[0], TRANSFORMS.get('RandomFlip')
    )


@pytest.mark.parametrize('index', [6, -7])
def test_rejects_an_index_outside(index):
    with pytest.raises(IndexError, match='6 frames'):
        make()[index]


def test_rejects_bad_settings():
    with pytest.raises(ValueError, match="'raise' or 'skip', got 'ignore'"):
        make(on_error='ignore')
    with pytest.raises(ValueError, match='other than 0'):
        make(gaps=(1, 0))
    with pytest.raises(ValueError, match='different'):
        make(gaps=(1, 1))
    with pytest.raises(TypeError, match='frame_rate'):
        make(frame_rate=24)


def test_a_test_pipeline_must_return_a_sample():
    dataset = TwoVideos(pipeline=[lambda results: None], test_mode=True)
    with pytest.raises(ValueError, match='returned None'):
        dataset[0]


def test_a_sample_index_may_be_a_tensor_item():
    assert make()[torch.tensor(2).item()]['sample_idx'] == 2


@pytest.mark.parametrize('serialize_data', [False, True])
def test_an_unlabelled_subset_knows_no_annotation(serialize_data):

    class Labelled(TwoVideos):

        def load_data_list(self):
            labels = dict(mask_path='m', gt_boxes=[0], motion_label=1)
            return [info | labels for info in super().load_data_list()]

    dataset = Labelled(
        pipeline=[FailOn(1)], serialize_data=serialize_data, on_error='skip'
    )
    subset = dataset.unlabelled_subset([4, 3, 5])
    names = [subset.get_data_info(i)['frame_id'] for i in range(len(subset))]
    assert names == ['1', '0', '2']
    # A frame of another video never stands in.
    samples = [subset[i] for i in range(3)]
    assert {sample['video_id'] for sample in samples} == {'b'}
    assert not any(is_label(key) for sample in samples for key in sample)
    assert dataset[4]['mask_path'] == 'm'
