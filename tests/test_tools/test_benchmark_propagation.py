import pytest
import torch

from mmmotion.postprocessing import FrameEncoder

SMALL = ['--grid', '5', '11', '--channels', '6', '--sources', '2']


@pytest.fixture
def tool(load_tool):
    threads = torch.get_num_threads()
    yield load_tool('analysis_tools/benchmark_propagation.py')
    torch.set_num_threads(threads)


def test_both_ways_are_timed_and_agree(tool, capsys):
    options = ['--radius', '2', '--repeats', '2', '--dense']
    assert tool.main(SMALL + options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ['windows', 'dense']
    least, median, peak = map(float, lines[1].split()[1:])
    assert least <= median and 0 < peak < 64
    assert float(lines[3].split()[-1]) < 1e-4


def test_the_encoder_is_timed(tool, monkeypatch, capsys):
    monkeypatch.setattr(
        tool, 'FrameEncoder', lambda cfg:
        FrameEncoder(cfg | dict(embed_dims=8, num_heads=2, depth=3))
    )
    options = ['--repeats', '1', '--frame', '64', '96']
    assert tool.main(SMALL + options) == 0
    blocks, training = capsys.readouterr().out.splitlines()[-2:]
    assert 0 <= float(blocks.split()[2]) < 9
    assert 0 <= float(training.split()[1]) < 9


def test_other_labels_are_a_failure(tool, monkeypatch):
    monkeypatch.setattr(
        tool, 'propagate_densely', lambda *args, **kwargs: torch.ones(1)
    )
    assert tool.main([*SMALL, '--repeats', '1', '--dense']) == 1
