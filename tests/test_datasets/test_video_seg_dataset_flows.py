"""Which flows a data set finds, and what it says where they lack."""

import pytest

from mmmotion.datasets import SampleError, video_seg_dataset


def test_without_flow_the_gaps_are_those_of_the_neighbours(tree):
    dataset = tree.add_video('cat', 3).dataset(gaps=(1, -1))
    assert [i['available_gaps'] for i in tree.infos(dataset)] == [(1, ),
                                                                  (1, -1),
                                                                  (-1, )]
    assert all(i['flow_paths'] == {} for i in tree.infos(dataset))


def test_require_flow_keeps_frames_that_have_any_of_the_gaps(tree):
    tree.add_video('cat', 4, gaps=(1, 2))
    dataset = tree.dataset(
        gaps=(1, 2), flow_estimator='dis', require_flow=True
    )
    assert [i['frame_index'] for i in tree.infos(dataset)] == [0, 1, 2]


@pytest.mark.parametrize('gap, folder', [(1, 'gap1'), (-1, 'gap-1')])
def test_flows_of_motion_grouping_are_found(tree, gap, folder):
    tree.add_video('cat', 3)
    path = tree.root / f'Flows_{folder}/1080p/cat/00001.flo'
    path.parent.mkdir(parents=True)
    path.touch()
    dataset = tree.dataset(
        flow_layout='mg', flow_resolution='1080p', require_flow=True
    )
    assert len(dataset) == 1
    assert dataset.get_data_info(0)['flow_paths'] == {gap: str(path)}


def test_flows_of_rcf_are_found_by_the_second_frame(tree):
    tree.add_video('cat', 3)
    path = tree.root / 'Flows_NewCT/480p/cat/00001.npy'
    path.parent.mkdir(parents=True)
    path.touch()
    dataset = tree.dataset(
        flow_layout='rcf',
        flow_resolution='480p',
        gaps=(1, -1),
        require_flow=True,
    )
    assert dataset.get_data_info(0)['frame_index'] == 0
    assert dataset.get_data_info(0)['flow_paths'] == {1: str(path)}


def test_flows_that_were_never_made_are_an_error(tree):
    tree.add_video('cat', 2)
    with pytest.raises(FileNotFoundError,
                       match=r"Flows/dis \(flow_estimator='dis'\)"):
        tree.dataset(flow_estimator='dis')


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
        tree.dataset(flow_estimator=estimator, flow_name='dis')


def test_flows_without_a_note_are_an_error(tree):
    tree.add_video('cat', 2, gaps=(1, ))
    (tree.root / 'Flows/dis/meta.json').unlink()
    with pytest.raises(FileNotFoundError, match=r'dis/meta\.json'):
        tree.dataset(flow_estimator='dis')


def test_a_video_of_one_frame_is_an_error_where_flow_is_needed(tree):
    tree.add_video('cat', 3, gaps=(1, )).add_video('dog', 1)
    with pytest.raises(SampleError,
                       match=r'video dog has 1 frame.*too few for flow'):
        tree.dataset(flow_estimator='dis', require_flow=True)
    assert len(tree.dataset(flow_estimator='dis')) == 4


def test_a_video_of_one_frame_is_skipped_and_counted(tree):
    tree.add_video('cat', 3, gaps=(1, )).add_video('dog', 1)
    dataset = tree.dataset(
        flow_estimator='dis', require_flow=True, on_error='skip'
    )
    assert {i['video_id'] for i in tree.infos(dataset)} == {'cat'}
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
    dataset = tree.dataset(
        gaps=(3, 6),
        flow_estimator='dis',
        require_flow=True,
        on_error='skip',
    )
    assert {i['video_id'] for i in tree.infos(dataset)} == {'cat', 'dog'}
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
    assert len(tree.dataset(**settings)) == 2
    assert not texts
    assert len(tree.dataset(test_mode=True, **settings)) == 2
    assert '2 of 4 frames' in texts[0] and '(3, -3)' in texts[0]


def test_a_video_without_its_flows_is_an_error_where_flow_is_needed(tree):
    tree.add_video('cat', 3, gaps=(1, )).add_video('dog', 3)
    with pytest.raises(FileNotFoundError,
                       match=r'for video dog in .*Flows/dis; tools/extract'):
        tree.dataset(flow_estimator='dis', require_flow=True)


def test_nothing_left_is_an_error(tree):
    tree.add_video('cat', 3, gaps=(1, ))
    with pytest.raises(SampleError, match='every video was skipped'):
        tree.dataset(
            gaps=(5, ),
            flow_estimator='dis',
            require_flow=True,
            on_error='skip',
        )
