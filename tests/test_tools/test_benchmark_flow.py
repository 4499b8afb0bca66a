import numpy as np
import pytest
import torch

from mmmotion.flow import ConstantFlowEstimator, PWCLite

SMALL = ['--size', '32', '48', '--num-scenes', '2', '--pairs-per-scene', '2']


@pytest.fixture(scope='module')
def tool(load_tool):
    return load_tool('analysis_tools/benchmark_flow.py')


def test_pairs_move_along_their_flow(tool):
    pairs = list(tool.render_pairs(tool.parse_args(SMALL)))
    assert len(pairs) == 4
    for pair in pairs:
        assert pair.first.shape == pair.second.shape == (32, 48, 3)
        assert (pair.first != pair.second).any()
        assert pair.flow.shape == (32, 48, 2)
        assert 0 < pair.inside.sum() < pair.inside.size


@pytest.mark.parametrize('gap', [0, -1, 10])
def test_a_gap_that_leaves_the_scene_is_refused(tool, capsys, gap):
    with pytest.raises(SystemExit):
        tool.parse_args(['--gap', str(gap)])
    assert f'--gap: invalid choice: {gap}' in capsys.readouterr().err


def test_the_largest_gap_joins_the_ends_of_a_scene(tool):
    pairs = tool.render_pairs(tool.parse_args([*SMALL, '--gap', '9']))
    assert len(list(pairs)) == 4


def test_errors_of_a_known_flow(tool):
    frame = np.zeros((4, 6, 3), np.uint8)
    flow = np.zeros((4, 6, 2), np.float32)
    flow[:, :3, 0] = 4.0
    pair = tool.Pair(frame, frame, flow, flow[..., 0] > 0)
    values = tool.measure(ConstantFlowEstimator(), [pair])
    assert values[:5] == [2.0, 4.0, 0.0, 50.0, 50.0]
    row = tool.format_row('none', values)
    assert row.startswith('| none | 2.00 | 4.00 | 0.00 | 50.0 % | 50.0 % |')


def test_one_row_per_estimator(tool, tmp_path, capsys):
    checkpoint = str(tmp_path / 'weights.pth')
    torch.save(PWCLite().state_dict(), checkpoint)
    tool.main([*SMALL, '--checkpoint', checkpoint, '--plain-features'])
    _, _, header, _, *rows = capsys.readouterr().out.splitlines()
    names = [row.split('|')[1].strip() for row in rows]
    assert header.startswith('| estimator | EPE |')
    assert names[0] == 'no flow'
    assert names[-2:] == ['Farneback', 'PWC-lite']
    errors = [float(row.split('|')[2]) for row in rows]
    assert errors[3] < errors[0]
