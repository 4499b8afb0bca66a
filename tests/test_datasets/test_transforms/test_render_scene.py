import pickle

import numpy as np
import pytest

from mmmotion.datasets import RenderScene, SampleError, SyntheticMotion
from mmmotion.datasets.transforms import render_scene
from mmmotion.registry import TRANSFORMS

NUM_FRAMES = 5


@pytest.fixture
def entry():
    """Maker of the entry of one frame of a scene."""
    dataset = SyntheticMotion(
        num_videos=4, num_frames=NUM_FRAMES, size=(32, 48), gaps=(1, -1, 2)
    )
    return lambda frame, scene=1, **keys: dict(
        dataset.get_data_info(scene * NUM_FRAMES + frame), **keys
    )


def test_all_keys_have_the_promised_shapes(entry):
    results = RenderScene(gaps=(1, -1, 3), frame_gaps=(2, ))(entry(1))
    assert results['frames'].shape == (2, 32, 48, 3)
    assert results['frames'].dtype == np.uint8
    assert results['frame_gaps'] == (0, 2)
    assert results['flows'].shape == (3, 32, 48, 2)
    assert results['flows'].dtype == np.float32
    assert results['flow_gaps'] == (1, -1, 3)
    assert results['gt_masks'].shape == (2, 32, 48)
    assert results['gt_amodal_masks'].dtype == bool
    assert (results['gt_amodal_masks'] >= results['gt_masks']).all()
    assert results['gt_layer_order'].dtype == np.int64
    assert sorted(results['gt_layer_order']) == [0, 1]
    assert results['ori_shape'] == (32, 48)


def test_frames_need_not_be_painted(entry, monkeypatch):
    expected = RenderScene(gaps=(1, ))(entry(1))
    monkeypatch.delattr(render_scene.View, 'image')
    results = RenderScene(gaps=(1, ), with_frames=False)(entry(1))
    for key in ('flows', 'gt_masks', 'gt_amodal_masks'):
        np.testing.assert_array_equal(results[key], expected[key])
    assert not {'frames', 'frame_gaps'} & set(results)
    with pytest.raises(ValueError, match=r'with_frames=False, got \(1,\)'):
        RenderScene(frame_gaps=(1, ), with_frames=False)


def test_the_neighbour_is_the_frame_that_far_away(entry):
    results = RenderScene(frame_gaps=(-1, 2))(entry(2))
    for frame, expected in zip(results['frames'][1:], (1, 4)):
        other = RenderScene(missing='drop')(entry(expected))
        np.testing.assert_array_equal(frame, other['frames'][0])


def test_gaps_come_from_the_sampler_or_else_from_the_frame(entry):
    assert RenderScene()(entry(1, gaps=(-1, )))['flow_gaps'] == (-1, )
    assert RenderScene()(entry(1))['flow_gaps'] == (1, )
    assert RenderScene()(entry(4))['flow_gaps'] == (-1, )
    results = RenderScene(frame_gaps=None)(entry(1, gaps=(2, )))
    assert results['frame_gaps'] == (0, 2)


def test_no_flow_is_rendered_for_no_gap(entry):
    results = RenderScene(gaps=())(entry(1))
    assert 'flows' not in results and 'flow_gaps' not in results


def test_opposite_flow_stands_for_the_gap_that_was_asked_for(entry):
    backward = RenderScene(gaps=(-2, ))(entry(4))['flows']
    turned = RenderScene(gaps=(2, ), missing='opposite')(entry(4))
    assert turned['flow_gaps'] == (2, )
    np.testing.assert_array_equal(turned['flows'], -backward)
    plain = RenderScene(
        gaps=(2, ), missing='opposite', negate_opposite=False
    )(entry(4))
    assert plain['flow_gaps'] == (-2, )
    np.testing.assert_array_equal(plain['flows'], backward)


def test_opposite_neighbours_keep_their_gap(entry):
    results = RenderScene(frame_gaps=(1, ), missing='opposite')(entry(4))
    assert results['frame_gaps'] == (0, -1)


def test_missing_gaps_are_dropped_on_request(entry):
    results = RenderScene(gaps=(1, -1), missing='drop')(entry(4))
    assert results['flow_gaps'] == (-1, )
    assert 'flows' not in RenderScene(gaps=(9, ), missing='drop')(entry(4))


@pytest.mark.parametrize('missing', ['error', 'opposite'])
def test_a_gap_that_leads_out_of_the_scene_is_an_error(entry, missing):
    with pytest.raises(SampleError, match=r'gap \+9 for frame scene_00001/'):
        RenderScene(gaps=(9, ), missing=missing)(entry(4))


def test_samples_of_other_data_sets_are_refused():
    with pytest.raises(KeyError, match='SyntheticMotion'):
        RenderScene()(dict(video_id='bear', img_path='bear/0.jpg'))


@pytest.mark.parametrize('wrong', [dict(missing='skip'), dict(cache_size=-1)])
def test_wrong_arguments_are_named(wrong):
    with pytest.raises(ValueError, match=f'expected {next(iter(wrong))} to'):
        TRANSFORMS.build(dict(type='RenderScene', **wrong))


@pytest.mark.parametrize(
    'cache_size, expected',
    [(0, [0, 1, 0, 2, 0, 1]), (1, [0, 1, 0, 2, 0, 1]), (2, [0, 1, 2, 1]),
     (3, [0, 1, 2])],
)
def test_the_scenes_used_last_are_kept(
    entry, monkeypatch, cache_size, expected
):
    built = []

    def build(key, world):
        built.append(key.index)
        return original(key, world)

    original = render_scene.build_scene
    monkeypatch.setattr(render_scene, 'build_scene', build)
    transform = RenderScene(cache_size=cache_size, missing='drop')
    for scene in (0, 1, 0, 2, 0, 1):
        transform(entry(0, scene))
    assert built == expected


def test_a_cached_scene_gives_the_same_sample(entry):
    transform = RenderScene()
    first, again = transform(entry(1)), transform(entry(1))
    for key in ('frames', 'flows', 'gt_masks'):
        np.testing.assert_array_equal(first[key], again[key])


def test_worlds_with_other_settings_are_kept_apart(entry):
    transform = RenderScene()
    plain = transform(entry(1))
    noisy = SyntheticMotion(
        num_videos=4,
        num_frames=NUM_FRAMES,
        size=(32, 48),
        world=dict(noise=9.0),
    ).get_data_info(NUM_FRAMES + 1)
    assert (transform(noisy)['frames'] != plain['frames']).any()


def test_scenes_are_not_sent_to_other_processes(entry):
    transform = RenderScene()
    empty = len(pickle.dumps(transform))
    transform(entry(1))
    assert len(pickle.dumps(transform)) == empty
    copy = pickle.loads(pickle.dumps(transform))
    np.testing.assert_array_equal(
        copy(entry(1))['frames'],
        transform(entry(1))['frames']
    )


def test_each_flow_is_followed_by_the_one_back(entry):
    pair = RenderScene(gaps=(1, ), both_ways=True)(entry(1))
    back = RenderScene(gaps=(-1, ))(entry(2))
    assert pair['flow_gaps'] == (1, -1)
    np.testing.assert_array_equal(pair['flows'][1], back['flows'][0])
    with pytest.raises(ValueError, match='both_ways'):
        RenderScene(both_ways=True, missing='opposite')
