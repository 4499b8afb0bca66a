import pickle

import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import (
    FramePairSampler,
    MissingFileError,
    SampleError,
    VideoSampler,
    VideoShardSampler,
    YouTubeVOS,
)
from mmmotion.registry import DATASETS

PALETTE = [0, 0, 0, 236, 95, 103, 249, 145, 87]


@pytest.fixture
def root(tmp_path):
    """The released layout with two videos of the training split.

    The grey value of a frame is its number times 10, plus 100 in the second
    video, which is portrait. Every fifth frame is annotated, as two columns
    of objects.
    """
    for name, num_frames, size in (
        ('003234408d', 11, (24, 16)),
        ('0043f083b5', 6, (16, 24)),
    ):
        for t in range(num_frames):
            grey = 10 * t + 100 * (name == '0043f083b5')
            packages = ['train_all_frames'] + ['train'] * (t % 5 == 0)
            for package in packages:
                path = tmp_path / package / 'JPEGImages' / name
                path.mkdir(parents=True, exist_ok=True)
                Image.new('RGB', size, (grey, ) * 3).save(
                    path / f'{t:05d}.jpg', quality=100
                )
            if t % 5 == 0:
                mask = np.zeros(size[::-1], np.uint8)
                mask[:, 2:4], mask[:, 6:9] = 1, 2
                image = Image.fromarray(mask)
                image.putpalette(PALETTE)
                path = tmp_path / 'train' / 'Annotations' / name
                path.mkdir(parents=True, exist_ok=True)
                image.save(path / f'{t:05d}.png')
    return tmp_path


def build(root, **kwargs):
    return DATASETS.build(
        dict(type='YouTubeVOS', data_root=str(root)) | kwargs
    )


def infos(dataset):
    return [dataset.get_data_info(i) for i in range(len(dataset))]


def test_all_frames_are_listed_in_order(root):
    dataset = build(root, gaps=(1, -2))
    assert len(dataset) == 11 + 6
    info = dataset.get_data_info(10)
    folder = root / 'train_all_frames' / 'JPEGImages' / '003234408d'
    assert info == dict(
        video_id='003234408d',
        frame_id='00010',
        frame_index=10,
        num_frames=11,
        img_path=str(folder / '00010.jpg'),
        neighbours={-2: str(folder / '00008.jpg')},
        flow_paths={},
        flow_size=None,
        available_gaps=(-2, ),
        mask_path=None,
        sample_idx=10,
    )
    assert dataset.get_data_info(11)['video_id'] == '0043f083b5'
    assert dataset.get_data_info(11)['frame_index'] == 0
    assert dataset.get_data_info(-1)['frame_id'] == '00005'
    with pytest.raises(IndexError, match='17'):
        dataset[17]


def test_the_standard_package_has_every_fifth_frame(root):
    dataset = build(root, all_frames=False)
    names = [info['frame_id'] for info in infos(dataset)]
    assert names == ['00000', '00005', '00010', '00000', '00005']
    assert dataset.get_data_info(0)['neighbours'][1].endswith('00005.jpg')


def test_annotations_are_objects_of_a_palette(root):
    dataset = build(
        root,
        with_masks=True,
        pipeline=[
            dict(type='LoadFrames'),
            dict(type='LoadMasks', binarize='labels'),
            dict(type='PackMotionInputs'),
        ],
    )
    masks = dataset[5]['data_samples'].gt_masks
    assert masks.sum(dim=(1, 2)).tolist() == [2 * 16, 3 * 16]
    assert not hasattr(dataset[4]['data_samples'], 'gt_masks')
    unlabelled = dataset.unlabelled_subset([5])
    assert not hasattr(unlabelled[0]['data_samples'], 'gt_masks')


def test_only_annotated_frames_can_be_listed(root):
    dataset = build(root, with_masks=True, require_mask=True)
    names = [info['frame_id'] for info in infos(dataset)]
    assert names == ['00000', '00005', '00010', '00000', '00005']
    info = dataset.get_data_info(1)
    assert (info['frame_index'], info['num_frames']) == (5, 11)
    assert info['neighbours'][1].endswith('00006.jpg')  # not left out


def test_a_list_names_videos_and_their_frames(root):
    folder = 'train_all_frames/JPEGImages'
    (root / 'list.txt').write_text(
        f'{folder}/0043f083b5\n'
        f'{folder}/003234408d 00002.jpg 00003.jpg 00007.jpg\n'
    )
    dataset = build(root, ann_file='list.txt', gaps=(1, ))
    assert [(i['video_id'][-1], i['frame_id']) for i in infos(dataset)
            ] == [('5', f'{t:05d}') for t in range(6)] + [('d', '00002'),
                                                          ('d', '00003'),
                                                          ('d', '00007')]
    # What the list leaves out does not exist.
    assert dataset.get_data_info(7)['neighbours'][1].endswith('00007.jpg')
    assert dataset.get_data_info(7)['num_frames'] == 3


@pytest.mark.parametrize(
    'line, message', [
        ('0000000000', r'no images in .*0000000000, a video .*list\.txt'),
        ('003234408d 00000 00011', r'no image 00011 in .*003234408d, a frame'),
    ]
)
def test_a_list_must_fit_the_folders(root, line, message):
    (root / 'list.txt').write_text(line)
    with pytest.raises(FileNotFoundError, match=message):
        build(root, ann_file='list.txt')


def pair_pipeline():
    return [
        dict(type='LoadFrames', gaps=None),
        dict(type='TransposePortrait'),
        dict(type='RandomResizeShortSide', short_side=12),
        dict(type='RandomCrop', size=(11, 11)),
        dict(type='PackMotionInputs'),
    ]


@pytest.mark.parametrize('sampler', [FramePairSampler, VideoSampler])
def test_pairs_are_a_frame_and_its_successor(root, sampler):
    dataset = build(root, gaps=(1, ), pipeline=pair_pipeline())
    draws = sampler(dataset, seed=0)
    for number in range(20):
        sample = dataset[draws.draw(number)]
        frames = sample['inputs']['frames']
        assert frames.shape == (2, 3, 11, 11)
        first, second = frames.float().mean(dim=(1, 2, 3))
        assert second - first == pytest.approx(10, abs=1)


def test_samplers_see_the_videos_of_a_subset(root):
    dataset = build(
        root, with_masks=True, require_mask=True, indices=[0, 1, 3, 4]
    )
    drawn = {int(FramePairSampler(dataset, seed=0).draw(n)) for n in range(90)}
    assert drawn == {0, 1, 2}  # the last frame of the second has no successor
    dataset = build(root, with_masks=True, require_mask=True, indices=4)
    drawn = {int(FramePairSampler(dataset, seed=0).draw(n)) for n in range(90)}
    assert drawn == {0, 1, 3}
    assert list(VideoShardSampler(dataset)) == [0, 1, 2, 3]


def test_entries_travel_to_workers_as_arrays(root):
    dataset = build(root, with_masks=True)
    copied = pickle.loads(pickle.dumps(dataset))
    assert infos(copied) == infos(dataset)


def test_a_second_frame_that_vanished_is_named(root):
    dataset = build(root, gaps=(1, ), pipeline=pair_pipeline())
    path = (
        root / 'train_all_frames' / 'JPEGImages' / '0043f083b5' / '00003.jpg'
    )
    path.unlink()
    draws = FramePairSampler(dataset, seed=0)
    draw = next(d for d in draws if int(d) == 11 + 2)
    with pytest.raises(MissingFileError, match=f'image not found: {path}'):
        dataset[draw]
    Image.new('RGB', (16, 20)).save(path)
    with pytest.raises(SampleError, match=r'\(24, 16\) .*got \(20, 16\)'):
        dataset[draw]


def test_rejects_what_is_not_there(root):
    with pytest.raises(ValueError, match="got 'val'"):
        build(root, split='val')
    with pytest.raises(ValueError, match='with_masks=True'):
        build(root, require_mask=True)
    with pytest.raises(ValueError, match="'img' and 'mask', got"):
        build(root, data_prefix=dict(flow='x'))
    with pytest.raises(FileNotFoundError, match='valid_all_frames/JPEGImages'):
        build(root, split='valid')
    with pytest.raises(FileNotFoundError, match='data_root'):
        YouTubeVOS(data_root=str(root / 'no'))
