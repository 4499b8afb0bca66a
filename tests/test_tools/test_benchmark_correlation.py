import pytest
import torch


@pytest.fixture(scope='module')
def tool(load_tool):
    return load_tool('analysis_tools/benchmark_correlation.py')


@pytest.mark.parametrize('way', ['unfold', 'einsum', 'matmul'])
def test_all_ways_compute_the_same(tool, way):
    first, second = torch.rand(2, 2, 3, 6, 9, dtype=torch.float64)
    expected = tool.WAYS['loop'](first, second, 2)
    found = tool.WAYS[way](first, second, 2)
    torch.testing.assert_close(found, expected)


def test_every_way_has_a_row_of_times(tool, capsys):
    tool.main(['--size', '8', '12', '--channels', '4', '--repeats', '1'])
    rows = capsys.readouterr().out.splitlines()[2:]
    cells = [row.strip('| ').split(' | ') for row in rows]
    assert [name for name, *_ in cells] == list(tool.WAYS)
    assert all(float(time) > 0 for _, *times in cells for time in times)
