import numpy as np
import pytest
import torch

from mmmotion.datasets import SampleError, SyntheticMotion, TransformClip
from mmmotion.registry import DATASETS

RENDER = dict(type='RenderScene', gaps=(1, -1), missing='opposite')


def make(**options):
    settings = dict(num_videos=2, num_frames=5, size=(32, 48), clip_length=3)
    settings.update(options)
    settings.setdefault(
        'pipeline', [dict(type='TransformClip', transforms=[RENDER])]
    )
    return DATASETS.build(dict(type='SyntheticMotion', **settings))


def frames_of(sample):
    """Single frames 0 to 4 of scene 0, and which of them a clip holds."""
    single = SyntheticMotion(
        num_videos=2, num_frames=5, size=(32, 48), pipeline=[RENDER]
    )
    entries = [single[t] for t in range(5)]
    places = [
        next(
            t for t, entry in enumerate(entries)
            if np.array_equal(entry['flows'], flows)
        ) for flows in np.split(sample['flows'], 3)
    ]
    return entries, places


@pytest.mark.parametrize(
    'index, expected', [(0, [0, 1, 2]), (2, [1, 2, 3]), (4, [2, 3, 4])]
)
def test_a_clip_is_made_of_successive_frames(index, expected):
    sample = make()[index]
    entries, places = frames_of(sample)
    assert places == expected
    assert sample['flow_gaps'] == (1, -1) * 3
    for key in ('gt_masks', 'gt_amodal_masks'):
        assert np.array_equal(
            sample[key], np.stack([entries[t][key] for t in expected])
        )
    assert np.array_equal(
        sample['frames'],
        np.concatenate([entries[t]['frames'] for t in expected]),
    )
    assert np.array_equal(
        sample['gt_layer_order'], entries[0]['gt_layer_order']
    )
    assert sample['ori_shape'] == (32, 48)


def test_clips_do_not_leave_their_video():
    dataset = make(pipeline=[])
    clips = [dataset[i]['clip'] for i in range(10)]
    for i, clip in enumerate(clips):
        assert {entry['scene']['index'] for entry in clip} == {i // 5}
    starts = [clip[0]['frame_index'] for clip in clips[:5]]
    assert starts == [0, 0, 1, 1, 2]


def test_the_last_frame_of_a_short_video_is_repeated():
    clip = make(num_frames=2, pipeline=[])[1]['clip']
    assert [entry['frame_index'] for entry in clip] == [0, 1, 1]


def test_random_steps_change_all_frames_alike():
    steps = [RENDER, dict(type='RandomFlip')]
    dataset = make(
        num_videos=8,
        pipeline=[dict(type='TransformClip', transforms=steps)],
    )
    plain = make(num_videos=8)
    seen = set()
    for index in range(0, 40, 5):
        masks, original = (one[index]['gt_masks'] for one in (dataset, plain))
        is_flipped = not np.array_equal(masks, original)
        expected = original[..., ::-1] if is_flipped else original
        assert np.array_equal(masks, expected)
        seen.add(is_flipped)
    assert seen == {True, False}


def test_packed_clips_are_what_the_model_reads():
    steps = [dict(type='TransformClip', transforms=[RENDER])]
    sample = make(pipeline=[*steps, dict(type='PackMotionInputs')])[3]
    assert sample['inputs']['flows'].shape == (6, 2, 32, 48)
    masks = sample['data_samples'].gt_amodal_masks
    assert masks.shape[0] == 3 and masks.dtype == torch.bool


def test_a_rejected_frame_rejects_the_clip():
    transform = TransformClip([lambda entry: None if entry['bad'] else entry])
    clip = [dict(bad=False), dict(bad=True)]
    assert transform.transform(dict(clip=clip)) is None


def test_frames_of_two_sizes_are_refused():
    clip = [
        dict(video_id='v', frame_id=str(i), flows=np.zeros((1, 4, 4 + i, 2)))
        for i in range(2)
    ]
    with pytest.raises(SampleError, match=r'flows of one shape.* v/1'):
        TransformClip([lambda entry: entry]).transform(dict(clip=clip))


@pytest.mark.parametrize('gap, frame', [(1, '00002'), (-1, '00000')])
def test_clips_of_which_a_frame_has_no_flow_are_refused(gap, frame):
    render = dict(type='RenderScene', gaps=(gap, ), missing='drop')
    dataset = make(
        num_frames=3,
        pipeline=[dict(type='TransformClip', transforms=[render])],
    )
    with pytest.raises(SampleError,
                       match=f"flows of 2 of 3 .*/{frame} .*'opposite'"):
        dataset[0]


@pytest.mark.parametrize('labelled', [0, 1])
def test_clips_of_which_a_frame_has_no_masks_are_refused(labelled):
    clip = [dict(video_id='v', frame_id=str(i)) for i in range(2)]
    clip[labelled]['gt_masks'] = np.ones((1, 4, 4), bool)
    with pytest.raises(SampleError,
                       match=f'gt_masks of 1 of 2 .* v/{1 - labelled}$'):
        TransformClip([lambda entry: entry]).transform(dict(clip=clip))


def test_bad_settings_are_named():
    with pytest.raises(ValueError, match='clip_length must be at least 1'):
        make(clip_length=0)
    with pytest.raises(ValueError, match='at least one transform'):
        TransformClip([])
    with pytest.raises(KeyError, match='clip_length'):
        make(clip_length=None)[0]
