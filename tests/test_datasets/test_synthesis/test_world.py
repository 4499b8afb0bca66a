from dataclasses import replace

import pytest

from mmmotion.datasets.synthesis import WorldSettings


def test_lists_of_a_config_become_hashable_values():
    world = WorldSettings(size=[32, 48], num_objects=[1, 2], shapes=['blob'])
    assert world.size == (32, 48)
    assert world.shapes == ('blob', )
    same = WorldSettings(size=(32, 48), num_objects=(1, 2), shapes=('blob', ))
    assert hash(world) == hash(same) and world == same
    assert world != replace(world, spin=1.0)


def test_whole_numbers_may_stand_for_speeds():
    world = WorldSettings(relative_speed=(1, 3), camera_speed=1)
    assert isinstance(world.camera_speed, float)
    assert isinstance(world.relative_speed[0], float)


@pytest.mark.parametrize(
    'name, value',
    [
        ('size', (8, 64)),
        ('num_frames', 0),
        ('num_objects', (0, 2)),
        ('num_objects', (3, 2)),
        ('num_objects', (1, 17)),
        ('num_static', -1),
        ('object_size', (0.3, 0.2)),
        ('object_size', (0.1, 0.7)),
        ('relative_speed', (0.0, 3.0)),
        ('relative_speed', (4.0, 3.0)),
        ('camera_speed', -1.0),
        ('camera_speed', 5.0),
        ('camera_sway', 90.0),
        ('camera_zoom', 0.5),
        ('spin', -2.0),
        ('growth', 1.0),
        ('object_contrast', 1.5),
        ('object_contrast', float('nan')),
        ('shapes', ()),
        ('shapes', ('square', )),
        ('num_corners', (2, 9)),
        ('num_corners', (9, 5)),
        ('noise', -1.0),
        ('brightness', 1.0),
        ('motion', 'projective'),
        ('perspective', 0.1),
        ('parallax', -0.1),
        ('parallax', 2.5),
        ('rest', 0.1),
        ('deformation', 0.1),
        ('overlap', 1.1),
        ('occluders', -0.1),
        ('silhouette_share', 2.0),
        ('background_jitter', 1.5),
        ('video_share', -1.0),
        ('still_camera', 1.5),
    ],
)
def test_values_out_of_range_are_named(name, value):
    with pytest.raises(ValueError, match=f'expected {name} to be'):
        WorldSettings(**{name: value})


@pytest.mark.parametrize(
    'name, value',
    [
        ('size', 128),
        ('size', (128, 224, 3)),
        ('size', (128.0, 224.0)),
        ('num_frames', 2.5),
        ('num_frames', True),
        ('num_objects', '13'),
        ('noise', '2'),
        ('noise', None),
        ('shapes', 'blob'),
        ('shapes', None),
        ('shapes', [['blob']]),
    ],
)
def test_values_of_another_kind_are_named(name, value):
    with pytest.raises(TypeError, match=f'expected {name} to be'):
        WorldSettings(**{name: value})


@pytest.mark.parametrize(
    'name', ['perspective', 'parallax', 'rest', 'deformation']
)
def test_what_only_homographies_do_is_refused_without(name):
    with pytest.raises(ValueError, match=f"{name} to be 0 unless motion is"):
        WorldSettings(**{name: 0.1})
    WorldSettings(motion='homography', **{name: 0.1})


def test_objects_may_stop_only_where_motion_allows_it():
    world = WorldSettings(motion='homography', relative_speed=(0, 4))
    assert world.relative_speed == (0.0, 4.0)
    with pytest.raises(ValueError, match='expected perspective to be 0 to'):
        WorldSettings(motion='homography', perspective=0.5)


@pytest.mark.parametrize(
    'name', ['silhouettes', 'textures', 'background_videos']
)
@pytest.mark.parametrize('value', ['', 3, ['a', 'b']])
def test_folders_are_named_by_texts(name, value):
    with pytest.raises(TypeError, match=f'expected {name} to be a path'):
        WorldSettings(**{name: value})


def test_numbers_of_objects_follow_from_the_number_of_the_scene():
    world = WorldSettings(num_objects=(2, 4))
    assert [world.count_objects(i) for i in range(5)] == [2, 3, 4, 2, 3]
