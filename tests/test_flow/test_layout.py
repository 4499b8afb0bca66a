import pytest

from mmmotion.flow import find_flow_files, flow_path


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return str(path)


def test_own_tree(tmp_path):
    path = flow_path(tmp_path, 'dis', -2, 'bear', '00002', '.flo')
    assert str(path) == f'{tmp_path}/Flows/dis/gap-2/bear/00002.flo'
    path = flow_path(tmp_path, 'dis', 1, 'bear', '00002')
    assert str(path) == f'{tmp_path}/Flows/dis/gap+1/bear/00002.npy'


def test_own_tree_is_found_by_source_frame(tmp_path):
    expected = {
        frame: touch(flow_path(tmp_path, 'dis', 1, 'a/bear', frame))
        for frame in ('00000', '00001')
    }
    touch(flow_path(tmp_path, 'dis', 1, 'a/bear', '.00002.npy~x~1', '.tmp'))
    touch(flow_path(tmp_path, 'dis', -1, 'a/bear', '00001'))
    assert find_flow_files(tmp_path, 1, 'a/bear') == expected
    assert find_flow_files(tmp_path, 2, 'a/bear') == {}
    assert find_flow_files(tmp_path, 1, 'a/bear', estimator='raft') == {}


@pytest.mark.parametrize('resolution', ['', '1080p'])
def test_tree_of_motion_grouping(tmp_path, resolution):
    folder = tmp_path / 'Flows_gap-2' / resolution / 'bear'
    path = touch(folder / '00002.flo')
    found = find_flow_files(tmp_path, -2, 'bear', 'mg', resolution=resolution)
    assert found == {'00002': path}


def test_tree_of_rcf_names_files_after_the_second_frame(tmp_path):
    frames = ['00000', '00001', '00002']
    forward, backward = ([
        touch(tmp_path / top / '480p' / 'bear' / f'{f}.npy')
        for f in frames[1:]
    ] for top in ('Flows_NewCT', 'BackwardFlows_NewCT'))
    found = find_flow_files(
        tmp_path, 1, 'bear', 'rcf', resolution='480p', frame_ids=frames
    )
    assert found == dict(zip(frames[:2], forward))
    found = find_flow_files(tmp_path, -1, 'bear', 'rcf', resolution='480p')
    assert found == dict(zip(frames[1:], backward))


def test_rcf_needs_frame_names_and_has_no_wider_gaps(tmp_path):
    with pytest.raises(ValueError, match='frame_ids'):
        find_flow_files(tmp_path, 1, 'bear', 'rcf')
    with pytest.raises(ValueError, match='got 2'):
        find_flow_files(tmp_path, 2, 'bear', 'rcf', frame_ids=['0'])


def test_one_flow_in_two_formats_is_refused(tmp_path):
    for suffix in ('.npy', '.flo'):
        touch(flow_path(tmp_path, 'dis', 1, 'bear', '00000', suffix))
    with pytest.raises(ValueError, match=r'00000\.flo and .*00000\.npy'):
        find_flow_files(tmp_path, 1, 'bear')


def test_unknown_layout_and_zero_gap(tmp_path):
    with pytest.raises(ValueError, match='sintel'):
        find_flow_files(tmp_path, 1, 'bear', 'sintel')
    with pytest.raises(ValueError, match='other than 0'):
        flow_path(tmp_path, 'dis', 0, 'bear', '00000')
