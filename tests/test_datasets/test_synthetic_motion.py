import numpy as np
import pytest
from mmengine.dataset import ConcatDataset, pseudo_collate
from torch.utils.data import DataLoader

from mmmotion.datasets import FrameDraw, SyntheticMotion
from mmmotion.registry import DATASETS

SMALL = dict(num_videos=3, num_frames=4, size=(32, 48), gaps=(1, -1, 2))
PIPELINE = [
    dict(type='RenderScene', gaps=(1, ), missing='opposite'),
    dict(type='PackMotionInputs'),
]


def test_frames_are_listed_scene_by_scene_in_order():
    dataset = SyntheticMotion(**SMALL)
    assert len(dataset) == 12
    names = [(info['video_id'], info['frame_id'], info['frame_index'])
             for info in map(dataset.get_data_info, range(12))]
    assert names[0] == ('scene_00000', '00000', 0)
    assert names[6] == ('scene_00001', '00002', 2)
    assert names == sorted(names)
    assert dataset.get_data_info(5)['num_frames'] == 4


def test_gaps_are_offered_where_both_frames_exist():
    dataset = SyntheticMotion(**SMALL)
    offered = [
        dataset.get_data_info(index)['available_gaps'] for index in range(4)
    ]
    assert offered == [(1, 2), (1, -1, 2), (1, -1), (-1, )]


def test_entries_name_the_scene_and_no_file():
    info = SyntheticMotion(**SMALL, split='val', seed=5).get_data_info(7)
    scene = info['scene']
    world = scene.pop('world')
    assert scene == dict(seed=5, split='val', index=1)
    assert world.size == (32, 48) and world.num_frames == 4
    assert 'img_path' not in info and info.get('mask_path') is None


def test_runs_from_a_config_and_packs_everything():
    dataset = DATASETS.build(
        dict(type='SyntheticMotion', **SMALL, pipeline=PIPELINE)
    )
    data = dataset[4]
    assert data['inputs']['frames'].shape == (1, 3, 32, 48)
    assert data['inputs']['flows'].shape == (1, 2, 32, 48)
    sample = data['data_samples']
    num_objects = 2  # the second scene of a world of 1 to 3
    assert sample.gt_masks.shape == (num_objects, 32, 48)
    assert sample.gt_amodal_masks.shape == (num_objects, 32, 48)
    assert sample.gt_layer_order.tolist() == [1, 0]
    assert sample.video_id == 'scene_00001' and sample.gaps == (1, )


def test_gaps_of_the_sampler_are_rendered():
    dataset = SyntheticMotion(**SMALL, pipeline=[dict(type='RenderScene')])
    results = dataset[FrameDraw(1, draw=9, seed=0, gaps=(-1, 2))]
    assert results['flow_gaps'] == (-1, 2)


def load(num_workers, context=None):
    dataset = SyntheticMotion(
        **SMALL, world=dict(noise=3.0), pipeline=PIPELINE
    )
    loader = DataLoader(
        dataset,
        batch_size=4,
        num_workers=num_workers,
        collate_fn=pseudo_collate,
        multiprocessing_context=context,
    )
    return [(frames, flows) for batch in loader for frames, flows in
            zip(batch['inputs']['frames'], batch['inputs']['flows'])]


@pytest.mark.parametrize('num_workers, context', [(1, 'spawn'), (2, 'fork')])
def test_samples_are_the_same_for_any_number_of_workers(num_workers, context):
    for here, there in zip(load(0), load(num_workers, context), strict=True):
        for mine, theirs in zip(here, there):
            np.testing.assert_array_equal(mine.numpy(), theirs.numpy())


def test_splits_and_seeds_have_no_scene_in_common():
    pictures = [
        SyntheticMotion(**SMALL, pipeline=PIPELINE,
                        **keys)[index]['inputs']['frames'].numpy().tobytes()
        for keys in (
            dict(),
            dict(split='val'),
            dict(split='test'),
            dict(seed=1),
        ) for index in (0, 4, 8)
    ]
    assert len(set(pictures)) == len(pictures)


def test_a_larger_world_begins_with_the_smaller_one():
    small = SyntheticMotion(**SMALL, pipeline=PIPELINE)
    large = SyntheticMotion(**{**SMALL, 'num_videos': 7}, pipeline=PIPELINE)
    np.testing.assert_array_equal(
        small[9]['inputs']['frames'], large[9]['inputs']['frames']
    )


def test_concatenated_worlds_render_their_own_scenes():
    train, val = (
        SyntheticMotion(**SMALL, split=split, pipeline=PIPELINE)
        for split in ('train', 'val')
    )
    both = ConcatDataset([train, val])
    np.testing.assert_array_equal(
        both[14]['inputs']['frames'], val[2]['inputs']['frames']
    )


def test_a_scene_of_one_frame_has_no_flow():
    dataset = SyntheticMotion(
        num_videos=1,
        num_frames=1,
        size=(32, 48),
        pipeline=[dict(type='RenderScene'),
                  dict(type='PackMotionInputs')],
    )
    assert dataset.get_data_info(0)['available_gaps'] == ()
    assert 'flows' not in dataset[0]['inputs']


@pytest.mark.parametrize(
    'wrong, error, message',
    [
        (dict(num_videos=0), ValueError, 'expected num_videos to be'),
        (dict(num_videos=2.0), TypeError, 'expected num_videos to be'),
        (dict(num_frames=0), ValueError, 'expected num_frames to be'),
        (dict(size=(32, )), TypeError, 'expected size to be a pair'),
        (dict(split='valid'), ValueError, 'expected split to be one of'),
        (dict(seed=-1), ValueError, 'expected seed to be'),
        (dict(gaps=(0, )), ValueError, 'expected gaps to be'),
        (dict(world=dict(noize=1)), ValueError, r"got \['noize'\]"),
        (dict(world=dict(size=(32, 48))), ValueError, r"got \['size'\]"),
        (dict(world=dict(noise=-1)), ValueError, 'expected noise to be'),
    ],
)
def test_wrong_settings_are_named(wrong, error, message):
    with pytest.raises(error, match=message):
        SyntheticMotion(**{**SMALL, **wrong})
