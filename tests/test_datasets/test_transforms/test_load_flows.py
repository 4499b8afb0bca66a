import numpy as np
import pytest

from mmmotion.datasets import LoadFlows, MissingFileError, SampleError
from mmmotion.datasets.transforms import load_flows
from mmmotion.flow import write_flow


def flow_file(path, u, size=(4, 6)):
    flow = np.zeros((*size, 2), np.float32)
    flow[..., 0] = u
    flow[..., 1] = 0.5
    write_flow(path, flow)
    return str(path)


@pytest.fixture
def results(tmp_path):
    return dict(
        video_id='cat',
        frame_id='00003',
        flow_paths={
            gap: flow_file(tmp_path / f'{gap}.npy', gap)
            for gap in (1, -1, -2)
        },
    )


def test_flows_come_in_the_order_of_the_gaps(results):
    LoadFlows(gaps=(-2, 1)).transform(results)
    assert results['flows'].shape == (2, 4, 6, 2)
    assert results['flows'].dtype == np.float32
    assert results['flows'][:, 0, 0].tolist() == [[-2, 0.5], [1, 0.5]]
    assert results['flow_gaps'] == (-2, 1)


def test_the_sampler_may_choose_the_gap(results):
    LoadFlows().transform(results | dict(gaps=(-1, )))
    with pytest.raises(KeyError, match='needs a sampler'):
        LoadFlows().transform(results)


@pytest.mark.parametrize(
    'negate, vector, gap', [(True, [2, -0.5], 2), (False, [-2, 0.5], -2)]
)
def test_the_opposite_flow_stands_in(results, negate, vector, gap):
    load = LoadFlows(gaps=(2, ), missing='opposite', negate_opposite=negate)
    load.transform(results)
    assert results['flows'][0, 0, 0].tolist() == vector
    assert results['flow_gaps'] == (gap, )


@pytest.mark.parametrize(
    'offered, gap, negate, vector, used',
    [
        # The middle of three frames has neither 2 nor -2.
        ((1, -1), 2, True, [1, 0.5], 1),
        ((1, -1), -2, True, [-1, 0.5], -1),
        ((-1, ), 2, True, [1, -0.5], 1),
        ((-1, ), 2, False, [-1, 0.5], -1),
        # The opposite gap comes before any other length.
        ((1, -2), 2, False, [-2, 0.5], -2),
        ((2, -1), 2, False, [2, 0.5], 2),
        ((1, -3, 3, 6), 2, False, [1, 0.5], 1),
        ((-3, 3, 6), 4, False, [3, 0.5], 3),
    ],
)
def test_the_nearest_flow_stands_in(
    tmp_path, offered, gap, negate, vector, used
):
    results = dict(
        video_id='cat',
        frame_id='00001',
        flow_paths={g: flow_file(tmp_path / f'{g}.npy', g)
                    for g in offered},
    )
    load = LoadFlows(gaps=(gap, ), missing='nearest', negate_opposite=negate)
    load.transform(results)
    assert results['flows'][0, 0, 0].tolist() == vector
    assert results['flow_gaps'] == (used, )


def test_all_gaps_of_any_frame_can_be_stacked(results, monkeypatch):
    texts = []
    monkeypatch.setattr(
        load_flows, 'print_log', lambda text, **kwargs: texts.append(text)
    )
    load = LoadFlows(
        gaps=(1, 2, -1, -2), missing='nearest', negate_opposite=False
    )
    del results['flow_paths'][-2]
    for _ in range(3):
        load.transform(results)
        assert results['flow_gaps'] == (1, 1, -1, -1)
    (text, ) = texts
    assert 'video cat has frames without flow of gap +2 and -2' in text
    load.transform(results | dict(video_id='dog'))
    assert len(texts) == 2


def test_a_frame_without_any_flow_is_an_error(results):
    with pytest.raises(SampleError, match=r'no flow at all.*flow_estimator'):
        LoadFlows((1, ), 'nearest').transform(results | dict(flow_paths={}))


def test_what_is_missing_may_be_dropped(results):
    LoadFlows(gaps=(2, 1), missing='drop').transform(results)
    assert results['flow_gaps'] == (1, )
    alone = results | dict(flow_paths={})
    del alone['flows']
    assert 'flows' not in LoadFlows((1, ), 'drop').transform(alone)


@pytest.mark.parametrize('missing', ['error', 'opposite'])
def test_a_missing_flow_is_an_error_with_the_remedy(results, missing):
    with pytest.raises(SampleError, match=r'gap \+3 for frame cat/00003'):
        LoadFlows(gaps=(3, ), missing=missing).transform(results)


def test_a_lost_file_is_named(results):
    results['flow_paths'][1] = '/no/flow.npy'
    with pytest.raises(MissingFileError, match=r'not found: /no/flow\.npy'):
        LoadFlows(gaps=(1, )).transform(results)


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
def test_a_single_value_that_is_not_finite_is_refused(
    results, tmp_path, value
):
    flow = np.zeros((4, 6, 2), np.float32)
    flow[3, 5, 1] = value
    path = tmp_path / '1.npy'
    np.save(path, flow)
    with pytest.raises(SampleError, match=r'NaN|infinite') as caught:
        LoadFlows(gaps=(1, )).transform(results)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize('suffix', ['.flo', '.npy'])
def test_true_flow_may_have_unknown_pixels(results, tmp_path, suffix):
    flow = np.zeros((4, 6, 2), np.float32)
    flow[3, 5] = np.nan
    results['flow_paths'][1] = str(tmp_path / 'true.png')
    write_flow(tmp_path / 'true.png', flow)
    load = LoadFlows(gaps=(1, ), allow_unknown=True)
    found = load.transform(dict(results))['flows']
    assert np.isnan(found).sum() == 2
    with pytest.raises(SampleError, match='allow_unknown=True'):
        LoadFlows(gaps=(1, )).transform(dict(results))
    flow[3, 5] = np.inf
    results['flow_paths'][1] = str(tmp_path / f'bad{suffix}')
    write_flow(tmp_path / f'bad{suffix}', flow)
    with pytest.raises(SampleError, match='2 infinite'):
        load.transform(results)


@pytest.mark.parametrize(
    'padded, size', [((216, 384), (212, 384)), ((328, 264), (327, 259)),
                     ((480, 856), (480, 854))]
)
def test_released_flows_are_padded(results, tmp_path, padded, size):
    results['flow_paths'][1] = flow_file(tmp_path / 'f.npy', 1, padded)
    LoadFlows((1, )).transform(results | dict(ori_shape=size))
    other = (padded[0] + 16, padded[1])
    results['flow_paths'][1] = flow_file(tmp_path / 'f.npy', 1, other)
    with pytest.raises(SampleError, match='wrong size'):
        LoadFlows((1, )).transform(results | dict(ori_shape=size))


def test_a_flow_may_be_smaller_than_its_frame(results, tmp_path):
    for size in ((480, 854), (1080, 1920), (60, 107), (3, 5)):
        results['flow_paths'][1] = flow_file(tmp_path / 'f.npy', 1, size)
        LoadFlows((1, )).transform(results | dict(ori_shape=(480, 854)))


@pytest.mark.parametrize(
    'size', [(480, 480), (854, 480), (240, 854), (500, 854), (484, 1000)]
)
def test_a_flow_of_another_shape_than_its_frame_is_refused(
    results, tmp_path, size
):
    results['flow_paths'][1] = flow_file(tmp_path / 'f.npy', 1, size)
    with pytest.raises(SampleError, match=r'wrong size.*aspect ratio'):
        LoadFlows((1, )).transform(results | dict(ori_shape=(480, 854)))


def test_the_size_may_be_prescribed(results):
    LoadFlows(gaps=(1, ), size=(4, 6)).transform(results)
    with pytest.raises(SampleError, match=r'\(8, 6\), found \(4, 6\)'):
        LoadFlows(gaps=(1, ), size=(8, 6)).transform(results)


def test_flows_of_two_sizes_are_refused(results, tmp_path):
    flow_file(tmp_path / '-1.npy', 1, (8, 12))
    with pytest.raises(SampleError, match=r'one size.*\(4, 6\), \(8, 12\)'):
        LoadFlows(gaps=(1, -1)).transform(results)


def test_a_tree_of_one_size_may_have_another_shape_than_the_frame(results):
    results.update(ori_shape=(6, 4), flow_size=(4, 6))
    assert LoadFlows(gaps=(1, ))(results)['flows'].shape == (1, 4, 6, 2)
    results.update(flow_size=(2, 6))
    with pytest.raises(SampleError, match=r'\(2, 6\)'):
        LoadFlows(gaps=(1, ))(results)


def test_two_sizes_are_refused_with_a_stand_in_as_well(results, tmp_path):
    results['flow_paths'] = {-1: flow_file(tmp_path / 'b.npy', 1)}
    results['flow_paths'][2] = flow_file(tmp_path / 'c.npy', 1, (2, 3))
    step = LoadFlows(gaps=(1, 2), missing='opposite')
    with pytest.raises(SampleError, match=r'one size.*b\.npy'):
        step(results)


def test_rejects_an_unknown_choice():
    with pytest.raises(ValueError, match="got 'zero'"):
        LoadFlows(missing='zero')


def test_each_flow_is_followed_by_the_one_back(results, tmp_path):
    results['return_flow_paths'] = {1: flow_file(tmp_path / 'back.npy', -7)}
    load = LoadFlows(gaps=(1, ), both_ways=True)
    loaded = load(dict(results))
    assert loaded['flow_gaps'] == (1, -1)
    assert loaded['flows'][:, 0, 0, 0].tolist() == [1, -7]
    with pytest.raises(SampleError, match='no flow of gap -1 back'):
        load(dict(results, return_flow_paths={}))


def test_no_other_gap_stands_in_both_ways():
    with pytest.raises(ValueError, match='both_ways'):
        LoadFlows(both_ways=True, missing='opposite')
