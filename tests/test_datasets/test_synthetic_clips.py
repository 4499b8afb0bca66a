import os

import numpy as np
import pytest
from mmengine.dataset import ConcatDataset
from PIL import Image

from mmmotion.datasets import SyntheticClips, SyntheticMotion
from mmmotion.datasets.base_motion_dataset import is_label
from mmmotion.datasets.preparation import ClipPlan, write_clips
from mmmotion.datasets.synthesis import SceneKey
from mmmotion.registry import DATASETS

WORLD = dict(motion='homography', occluders=1.0, camera_speed=1.0)
LOAD = [
    dict(type='LoadFrames'),
    dict(type='LoadFlows', gaps=(1, -1), missing='opposite'),
    dict(type='LoadLayers', with_visibility=True),
    dict(type='PackMotionInputs'),
]
RENDER = [
    dict(
        type='RenderScene',
        gaps=(1, -1),
        missing='opposite',
        with_visibility=True,
    ),
    dict(type='PackMotionInputs'),
]


def rendered(**keys):
    return SyntheticMotion(
        num_videos=3,
        num_frames=3,
        size=(48, 80),
        world=WORLD,
        gaps=(1, -1),
        pipeline=RENDER,
        **keys,
    )


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    root = str(tmp_path_factory.mktemp('clips'))
    write_clips([
        ClipPlan(SceneKey(0, 'train', index),
                 rendered().world, root) for index in range(3)
    ])
    return root


def test_clips_on_disk_are_the_rendered_ones(tree):
    stored = SyntheticClips(tree, pipeline=LOAD)
    made = rendered()
    assert len(stored) == len(made) == 9
    for index in range(9):
        one, two = stored[index], made[index]
        np.testing.assert_array_equal(
            one['inputs']['flows'], two['inputs']['flows']
        )
        for key in ('gt_masks', 'gt_amodal_masks', 'gt_layer_order',
                    'gt_visible'):
            np.testing.assert_array_equal(
                one['data_samples'].get(key), two['data_samples'].get(key)
            )
        assert one['data_samples'].gaps == two['data_samples'].gaps


def test_visibility_of_the_flow_back_is_that_of_the_neighbour(tree):
    options = dict(gaps=(1, -1), both_ways=True, missing='drop')
    stored = SyntheticClips(
        tree, pipeline=[LOAD[0], {
            **LOAD[1],
            **options
        }, LOAD[2]]
    )
    made = SyntheticMotion(
        num_videos=3,
        num_frames=3,
        size=(48, 80),
        world=WORLD,
        gaps=(1, -1),
        pipeline=[{
            **RENDER[0],
            **options
        }],
    )
    for index in range(9):
        one, two = stored[index], made[index]
        assert one['flow_gaps'] == two['flow_gaps']
        np.testing.assert_array_equal(one['gt_visible'], two['gt_visible'])


def test_stored_and_rendered_clips_go_into_one_data_set(tree):
    both = DATASETS.build(
        dict(
            type='ConcatDataset',
            datasets=[
                dict(type='SyntheticClips', data_root=tree, pipeline=LOAD),
                rendered(split='val'),
            ],
        )
    )
    assert isinstance(both, ConcatDataset) and len(both) == 18
    one, two = both[4], both[13]
    for key in ('frames', 'flows'):
        assert one['inputs'][key].shape == two['inputs'][key].shape
        assert one['inputs'][key].dtype == two['inputs'][key].dtype
    assert one['data_samples'].keys() == two['data_samples'].keys()


def test_clips_are_cut_from_it(tree):
    dataset = SyntheticClips(
        tree,
        clip_length=3,
        pipeline=[
            dict(type='TransformClip', transforms=LOAD[:3]),
            LOAD[3],
        ],
    )
    data = dataset[4]
    assert data['inputs']['flows'].shape == (6, 2, 48, 80)
    assert data['data_samples'].gt_amodal_masks.shape == (3, 2, 48, 80)
    assert data['data_samples'].gt_visible.shape == (6, 48, 80)


def test_the_released_layout_has_neither_labels_nor_visibility(tree, tmp_path):
    for name in ('JPEGImages', 'AmodalAnnotations', 'Flows_gap1'):
        os.symlink(f'{tree}/{name}', tmp_path / name)
    dataset = SyntheticClips(
        str(tmp_path),
        pipeline=[dict(type='LoadLayers'), *LOAD[:2], LOAD[3]],
    )
    assert [
        dataset.get_data_info(index)['available_gaps'] for index in range(3)
    ] == [(1, ), (1, ), ()]
    sample = dataset[7]['data_samples']
    amodal = sample.gt_amodal_masks.numpy()
    front = amodal[2]
    np.testing.assert_array_equal(sample.gt_masks[2], front)
    np.testing.assert_array_equal(sample.gt_masks[1], amodal[1] & ~front)
    np.testing.assert_array_equal(
        sample.gt_masks[0], amodal[0] & ~front & ~amodal[1]
    )


def test_nothing_but_truth_is_left_out_of_unlabelled_frames(tree):
    dataset = SyntheticClips(tree)
    info = dataset.unlabelled_subset([4]).get_data_info(0)
    assert not any(map(is_label, info))
    assert not any('Annotations' in str(value) for value in info.values())


@pytest.mark.parametrize('name', ['bear', '0_00000'])
def test_a_clip_without_its_number_of_objects_is_refused(tmp_path, name):
    for folder in ('JPEGImages', 'AmodalAnnotations'):
        (tmp_path / folder / name).mkdir(parents=True)
    Image.new('RGB', (8, 6)).save(tmp_path / f'JPEGImages/{name}/00000.jpg')
    with pytest.raises(ValueError, match=f"objects, 1 to 9, got '{name}'"):
        SyntheticClips(str(tmp_path))


def test_missing_folders_and_masks_are_named(tmp_path):
    (tmp_path / 'JPEGImages' / '2_a').mkdir(parents=True)
    Image.new('RGB', (8, 6)).save(tmp_path / 'JPEGImages/2_a/00000.jpg')
    with pytest.raises(FileNotFoundError,
                       match=r"AmodalAnnotations \(data_prefix\['amodal"):
        SyntheticClips(str(tmp_path))
    folder = tmp_path / 'AmodalAnnotations' / '2_a'
    folder.mkdir(parents=True)
    Image.new('L', (8, 6)).save(folder / '1_00000.png')
    with pytest.raises(FileNotFoundError,
                       match=r'2_a/2_00000\.png, of a clip of 2 objects'):
        SyntheticClips(str(tmp_path))
