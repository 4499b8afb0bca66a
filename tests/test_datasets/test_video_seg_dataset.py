import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import (
    SampleError,
    VideoSegDataset,
    video_seg_dataset,
)
from mmmotion.registry import DATASETS

PREFIX = dict(img='JPEGImages/480p', mask='Annotations/480p')


def make(tree, **kwargs):
    kwargs.setdefault('data_prefix', PREFIX)
    return VideoSegDataset(data_root=str(tree.root), **kwargs)


def infos(dataset):
    return [dataset.get_data_info(i) for i in range(len(dataset))]


def test_frames_are_listed_with_neighbours_masks_and_flows(tree):
    tree.add_video('cat', 3, gaps=(1, -1, 2))
    dataset = make(tree, gaps=(1, 2, -1), flow_estimator='dis')
    info = dataset.get_data_info(1)
    assert info['video_id'] == 'cat'
    assert info['frame_id'] == '00001'
    assert (info['frame_index'], info['num_frames']) == (1, 3)
    assert info['img_path'] == str(tree.image('cat', '00001'))
    assert info['mask_path'] == str(tree.mask('cat', '00001'))
    assert info['neighbours'] == {
        1: str(tree.image('cat', '00002')),
        -1: str(tree.image('cat', '00000')),
    }
    assert info['flow_paths'] == {
        1: str(tree.flow(1, 'cat', '00001')),
        -1: str(tree.flow(-1, 'cat', '00001')),
    }
    assert [i['available_gaps'] for i in infos(dataset)] == [(1, 2), (1, -1),
                                                             (-1, )]


def test_videos_come_in_order_and_frames_by_number(tree):
    for name in ('b', 'a'):
        for number in (2, 10, 1):
            tree.save(
                f'JPEGImages/480p/{name}/frame{number}.png',
                Image.new('RGB', (8, 6)),
            )
    dataset = make(tree, data_prefix=dict(img='JPEGImages/480p'))
    listed = [(i['video_id'], i['frame_id']) for i in infos(dataset)]
    assert listed == [(video, f'frame{number}') for video in 'ab'
                      for number in (1, 2, 10)]


def test_without_flow_the_gaps_are_those_of_the_neighbours(tree):
    dataset = make(tree.add_video('cat', 3), gaps=(1, -1))
    assert [i['available_gaps'] for i in infos(dataset)] == [(1, ), (1, -1),
                                                             (-1, )]
    assert all(i['flow_paths'] == {} for i in infos(dataset))


def test_a_folder_with_the_frames_of_one_video_is_that_video(tree):
    tree.add_video('cat', 3)
    dataset = make(
        tree,
        data_prefix=dict(
            img='JPEGImages/480p/cat', mask='Annotations/480p/cat'
        ),
    )
    assert {i['video_id'] for i in infos(dataset)} == {'cat'}
    assert dataset.get_data_info(2)['mask_path'] == str(
        tree.mask('cat', '00002')
    )


def test_frames_without_annotation_have_no_mask_path(tree):
    tree.add_video('cat', 3)
    tree.mask('cat', '00001').unlink()
    paths = [i['mask_path'] for i in infos(make(tree))]
    assert [path is None for path in paths] == [False, True, False]


@pytest.mark.parametrize(
    'lines',
    [
        ['/JPEGImages/480p/cat/00001.jpg /Annotations/480p/cat/00001.png'],
        ['JPEGImages/480p/cat/00001.jpg'],
        ['# frames', '', 'cat/00001.jpg'],
    ],
)
def test_a_list_may_name_frames_of_a_video(tree, lines):
    tree.add_video('cat', 3).add_video('dog', 2)
    tree.add_list('some.txt', lines)
    dataset = make(tree, ann_file='ImageSets/480p/some.txt', gaps=(1, -1))
    assert len(dataset) == 1
    info = dataset.get_data_info(0)
    assert (info['frame_index'], info['num_frames']) == (1, 3)
    assert set(info['neighbours']) == {1, -1}


def test_a_list_may_name_videos(tree):
    tree.add_video('cat', 3).add_video('dog', 2).add_video('elk', 2)
    tree.add_list('some.txt', ['elk', 'cat'])
    dataset = make(tree, ann_file='ImageSets/480p/some.txt')
    assert [i['video_id'] for i in infos(dataset)] == ['elk'] * 2 + ['cat'] * 3
    dataset = make(tree, videos=['dog'])
    assert [i['video_id'] for i in infos(dataset)] == ['dog'] * 2


def test_require_flow_keeps_frames_that_have_any_of_the_gaps(tree):
    tree.add_video('cat', 4, gaps=(1, 2))
    dataset = make(tree, gaps=(1, 2), flow_estimator='dis', require_flow=True)
    assert [i['frame_index'] for i in infos(dataset)] == [0, 1, 2]


@pytest.mark.parametrize('gap, folder', [(1, 'gap1'), (-1, 'gap-1')])
def test_flows_of_motion_grouping_are_found(tree, gap, folder):
    tree.add_video('cat', 3)
    path = tree.root / f'Flows_{folder}/1080p/cat/00001.flo'
    path.parent.mkdir(parents=True)
    path.touch()
    dataset = make(
        tree, flow_layout='mg', flow_resolution='1080p', require_flow=True
    )
    assert len(dataset) == 1
    assert dataset.get_data_info(0)['flow_paths'] == {gap: str(path)}


def test_flows_of_rcf_are_found_by_the_second_frame(tree):
    tree.add_video('cat', 3)
    path = tree.root / 'Flows_NewCT/480p/cat/00001.npy'
    path.parent.mkdir(parents=True)
    path.touch()
    dataset = make(
        tree,
        flow_layout='rcf',
        flow_resolution='480p',
        gaps=(1, -1),
        require_flow=True,
    )
    assert dataset.get_data_info(0)['frame_index'] == 0
    assert dataset.get_data_info(0)['flow_paths'] == {1: str(path)}


def test_a_pipeline_from_a_config_gives_packed_samples(tree):
    tree.add_video('cat', 3, gaps=(1, ))
    dataset = DATASETS.build(
        dict(
            type='VideoSegDataset',
            data_root=str(tree.root),
            data_prefix=PREFIX,
            flow_estimator=dict(type='DISFlowEstimator'),
            gaps=(1, ),
            pipeline=[
                dict(type='LoadFrames', gaps=(1, )),
                dict(type='LoadFlows', gaps=(1, )),
                dict(type='LoadMasks'),
                dict(type='ResizeFrames', size=(6, 10)),
                dict(type='ResizeFlows', size=(6, 10)),
                dict(type='PackMotionInputs'),
            ],
        )
    )
    sample = dataset[0]
    assert sample['inputs']['frames'].shape == (2, 3, 6, 10)
    np.testing.assert_array_equal(
        sample['inputs']['flows'][0, :, 0, 0], (0.5, 0)
    )
    assert sample['data_samples'].gt_masks.shape == (1, 12, 20)
    assert sample['data_samples'].gaps == (1, )


def test_a_missing_data_root_is_named(tree):
    with pytest.raises(FileNotFoundError, match=r'/data \(data_root\)'):
        make(tree)


@pytest.mark.parametrize('key', ['img', 'mask'])
def test_a_missing_folder_is_named_with_its_key(tree, key):
    tree.add_video('cat', 2)
    with pytest.raises(FileNotFoundError,
                       match=rf"data/no/where \(data_prefix\['{key}'\]\)"):
        make(tree, data_prefix=PREFIX | {key: 'no/where'})


def test_an_empty_folder_is_named(tree):
    (tree.root / 'JPEGImages/480p/cat').mkdir(parents=True)
    with pytest.raises(FileNotFoundError,
                       match=r"no image .*480p \(data_prefix\['img'\]\)"):
        make(tree, data_prefix=dict(img='JPEGImages/480p'))


@pytest.mark.parametrize(
    'line, message',
    [
        ('dog', r'480p/dog, a video that .*some\.txt lists \(ann_file\)'),
        (
            'cat/00007.jpg',
            r'no image 00007 in .*/cat, a frame that .*some\.txt lists',
        ),
    ],
)
def test_a_missing_list_entry_is_named(tree, line, message):
    tree.add_video('cat', 2)
    tree.add_list('some.txt', ['cat/00000.jpg', line])
    with pytest.raises(FileNotFoundError, match=message):
        make(tree, ann_file='ImageSets/480p/some.txt')


def test_a_missing_or_empty_list_is_named(tree):
    tree.add_video('cat', 2)
    with pytest.raises(FileNotFoundError, match=r'none\.txt \(ann_file\)'):
        make(tree, ann_file='none.txt')
    tree.add_list('empty.txt', [])
    with pytest.raises(ValueError, match=r'empty\.txt \(ann_file\)'):
        make(tree, ann_file='ImageSets/480p/empty.txt')
    with pytest.raises(FileNotFoundError, match=r'480p/dog \(videos\)'):
        make(tree, videos=['dog'])


def test_flows_that_were_never_made_are_an_error(tree):
    tree.add_video('cat', 2)
    with pytest.raises(FileNotFoundError,
                       match=r"Flows/dis \(flow_estimator='dis'\)"):
        make(tree, flow_estimator='dis')


@pytest.mark.parametrize(
    'estimator',
    ['farneback', dict(type='DISFlowEstimator', preset='fast')]
)
def test_flows_of_another_estimator_are_an_error(tree, estimator):
    tree.add_video('cat', 2, gaps=(1, ))
    with pytest.raises(
            ValueError,
            match=
            'Flows/dis were made by another estimator than the config says',
    ):
        make(tree, flow_estimator=estimator, flow_name='dis')


def test_flows_without_a_note_are_an_error(tree):
    tree.add_video('cat', 2, gaps=(1, ))
    (tree.root / 'Flows/dis/meta.json').unlink()
    with pytest.raises(FileNotFoundError, match=r'dis/meta\.json'):
        make(tree, flow_estimator='dis')


def test_a_video_of_one_frame_is_an_error_where_flow_is_needed(tree):
    tree.add_video('cat', 3, gaps=(1, )).add_video('dog', 1)
    with pytest.raises(SampleError,
                       match=r'video dog has 1 frame.*too few for flow'):
        make(tree, flow_estimator='dis', require_flow=True)
    assert len(make(tree, flow_estimator='dis')) == 4


def test_a_video_of_one_frame_is_skipped_and_counted(tree):
    tree.add_video('cat', 3, gaps=(1, )).add_video('dog', 1)
    dataset = make(
        tree, flow_estimator='dis', require_flow=True, on_error='skip'
    )
    assert {i['video_id'] for i in infos(dataset)} == {'cat'}
    assert dataset.num_skipped == 1


def test_short_videos_are_said_once_when_the_data_set_starts(
    tree, monkeypatch
):
    texts = []
    monkeypatch.setattr(
        video_seg_dataset,
        'print_log',
        lambda text, **kwargs: texts.append(text),
    )
    tree.add_video('cat', 9, gaps=(3, 6)).add_video('dog', 4, gaps=(3, ))
    tree.add_video('elk', 3)  # too short for any, which is another message
    dataset = make(
        tree,
        gaps=(3, 6),
        flow_estimator='dis',
        require_flow=True,
        on_error='skip',
    )
    assert {i['video_id'] for i in infos(dataset)} == {'cat', 'dog'}
    (text, ) = texts
    assert '1 of 3 videos' in text and str(tree.root) in text
    assert text.endswith('dog ([6])')


def test_frames_left_out_of_an_evaluation_are_counted(tree, monkeypatch):
    texts = []
    monkeypatch.setattr(
        video_seg_dataset,
        'print_log',
        lambda text, **kwargs: texts.append(text),
    )
    tree.add_video('cat', 4, gaps=(3, -3))
    settings = dict(gaps=(3, -3), flow_estimator='dis', require_flow=True)
    assert len(make(tree, **settings)) == 2
    assert not texts
    assert len(make(tree, test_mode=True, **settings)) == 2
    assert '2 of 4 frames' in texts[0] and '(3, -3)' in texts[0]


def test_require_mask_keeps_annotated_frames_and_their_neighbours(tree):
    tree.add_video('cat', 3)
    tree.mask('cat', '00001').unlink()
    dataset = make(tree, gaps=(1, -1), require_mask=True)
    assert [i['frame_index'] for i in infos(dataset)] == [0, 2]
    assert set(dataset.get_data_info(1)['neighbours']) == {-1}


def test_a_video_without_its_flows_is_an_error_where_flow_is_needed(tree):
    tree.add_video('cat', 3, gaps=(1, )).add_video('dog', 3)
    with pytest.raises(FileNotFoundError,
                       match=r'for video dog in .*Flows/dis; tools/extract'):
        make(tree, flow_estimator='dis', require_flow=True)


def test_nothing_left_is_an_error(tree):
    tree.add_video('cat', 3, gaps=(1, ))
    with pytest.raises(SampleError, match='every video was skipped'):
        make(
            tree,
            gaps=(5, ),
            flow_estimator='dis',
            require_flow=True,
            on_error='skip',
        )


def test_frames_of_equal_names_are_refused(tree):
    tree.add_video('cat', 2)
    tree.save('JPEGImages/480p/cat/00000.png', Image.new('RGB', (8, 6)))
    with pytest.raises(ValueError, match='two frames share a name'):
        make(tree)


@pytest.mark.parametrize(
    'kwargs, message',
    [
        (dict(require_flow=True), 'require_flow=True needs'),
        (
            dict(require_mask=True, data_prefix=dict(mask=None)),
            'require_mask=True needs',
        ),
        (dict(flow_layout='raft'), "flow_layout .* got 'raft'"),
        (
            dict(flow_layout='mg', flow_estimator='dis'),
            'do not say who made the flows',
        ),
        (dict(data_prefix=dict(image='x')), "'img', 'mask' and 'flow'"),
        (dict(flow_estimator='horn'), "unknown flow estimator 'horn'"),
    ],
)
def test_rejects_bad_settings(tree, kwargs, message):
    tree.add_video('cat', 2)
    with pytest.raises(ValueError, match=message):
        make(tree, **kwargs)


def test_an_unknown_key_is_named(tree):
    with pytest.raises(TypeError, match='flow_estimater'):
        make(tree, flow_estimater='dis')


LOADERS = [
    dict(type='LoadFrames'),
    dict(type='LoadFlows', gaps=(1, ), missing='opposite'),
    dict(type='LoadMasks'),
]


def break_image(tree):
    path = tree.image('cat', '00001')
    path.write_bytes(path.read_bytes()[:-40])
    return path


def lose_image(tree):
    path = tree.image('cat', '00001')
    path.unlink()
    return path


def break_flow_size(tree):
    path = tree.flow(1, 'cat', '00001')
    np.save(path, np.zeros((12, 12, 2), np.float16))
    return path


def break_flow_values(tree):
    path = tree.flow(1, 'cat', '00001')
    np.save(path, np.full((12, 20, 2), np.inf, np.float16))
    return path


def break_flow_file(tree):
    path = tree.flow(1, 'cat', '00001')
    path.write_bytes(path.read_bytes()[:300])
    return path


def break_mask_values(tree):
    path = tree.mask('cat', '00001')
    Image.new('L', (20, 12), 7).save(path)
    return path


def break_mask_file(tree):
    path = tree.mask('cat', '00001')
    path.write_bytes(path.read_bytes()[:60])
    return path


@pytest.mark.parametrize(
    'damage, message',
    [
        (break_image, 'truncated'),
        (lose_image, 'image not found'),
        (break_flow_size, r'wrong size.*\(12, 20\), found \(12, 12\)'),
        (break_flow_values, 'infinite'),
        (break_flow_file, 'cannot read flow file'),
        (break_mask_values, '0 and 255 only, got 7'),
        (break_mask_file, 'expected a whole mask file'),
    ],
)
def test_a_damaged_file_is_named_or_skipped(tree, damage, message):
    tree.add_video('cat', 3, gaps=(1, -1))
    settings = dict(flow_estimator='dis', pipeline=LOADERS, test_mode=True)
    strict = make(tree, **settings)
    tolerant = make(tree, on_error='skip', **settings)
    path = damage(tree)
    with pytest.raises(SampleError, match=message) as caught:
        strict[1]
    assert str(path) in str(caught.value)
    assert tolerant[1]['frame_index'] == 2
    assert [tolerant[i]['frame_index'] for i in (0, 2)] == [0, 2]
    assert tolerant.num_skipped == 1


def test_the_flow_of_a_video_of_one_frame_cannot_be_loaded(tree):
    tree.add_video('cat', 3, gaps=(1, )).add_video('dog', 1)
    dataset = make(tree, flow_estimator='dis', pipeline=LOADERS)
    with pytest.raises(SampleError, match=r'no flow of gap \+1 .*dog/00000'):
        dataset[3]
