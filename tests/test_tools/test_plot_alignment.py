import json
import sys

import pytest
from PIL import Image


@pytest.fixture
def tool(load_tool):
    return load_tool('analysis_tools/plot_alignment.py')


@pytest.fixture
def write(tmp_path):
    """Write one evaluation; videos are pairs of alignment and J."""

    def write(name, alignment, label, videos=((-0.9, 0.1), (-0.8, 0.2))):
        folder = tmp_path / name / 'log'
        folder.mkdir(parents=True)
        cuts = {str(i): dict(cut=pair[0]) for i, pair in enumerate(videos)}
        labels = {str(i): dict(J=pair[1]) for i, pair in enumerate(videos)}
        for file, content in (
            ('motion_semantic_alignment',
             dict(overall=dict(cut=alignment), sequences=cuts)),
            ('video_segmentation',
             dict(overall=dict(J=label), sequences=labels)),
        ):  # yapf: disable
            (folder / f'{file}.json').write_text(json.dumps(content))
        return str(tmp_path / name)

    return write


def run(tool, monkeypatch, *arguments):
    monkeypatch.setattr(sys, 'argv', ['tool', *arguments])
    tool.main()


def test_prints_both_correlations_and_draws(
    tool, write, monkeypatch, tmp_path, capsys
):
    videos = [(-0.9, 0.3), (-0.8, 0.2), (-0.7, 0.1)]
    up = [write(f'a{i}', -0.9 + i / 10, i / 10, videos) for i in range(3)]
    down = [write(f'b{i}', -0.9 + i / 10, 0.6 - i / 10) for i in range(3)]
    out = tmp_path / 'plot.png'
    run(
        tool, monkeypatch, f'up={",".join(up)}', f'down={",".join(down)}',
        '--out', str(out)
    )
    rows = capsys.readouterr().out.splitlines()
    assert rows[2] == '| up | 3 | 0.000 - 0.200 | +1.00 | -1.00 | 0.200 |'
    assert rows[3].split(' | ')[2:] == [
        '0.400 - 0.600', '-1.00', '', '0.400 |'
    ]
    assert rows[4].startswith('| all | 6 | 0.000 - 0.600 |')
    assert Image.open(out).size == (800, 320)


def test_says_what_is_missing(tool, write, monkeypatch, tmp_path):
    with pytest.raises(ValueError, match='NAME=FOLDER'):
        run(tool, monkeypatch, 'folder')
    with pytest.raises(FileNotFoundError, match=r'alignment\.json.*found 0'):
        run(tool, monkeypatch, f'a={tmp_path / "none"}')
