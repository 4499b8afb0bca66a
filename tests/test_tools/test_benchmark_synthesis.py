import re

import pytest

CONFIG = """
train_dataloader = dict(
    dataset=dict(
        type='SyntheticMotion', num_frames=2, size=(32, 48),
        world=dict(motion='homography', camera_speed=1.0)))
"""


@pytest.fixture
def tool(load_tool):
    return load_tool('analysis_tools/benchmark_synthesis.py')


def test_every_number_of_objects_has_a_line(tool, tmp_path, capsys):
    (tmp_path / 'config.py').write_text(CONFIG)
    tool.main([str(tmp_path / 'config.py'), '--num', '4'])
    _, header, *rows, total = capsys.readouterr().out.splitlines()
    assert header == tool.HEADER
    assert [row.split()[:2] for row in rows] == [['1', '2'], ['2', '1'],
                                                 ['3', '1']]
    speeds = [float(row.split()[-1]) for row in rows]
    overall = float(re.search(r'all: ([\d.]+) frames/s', total)[1])
    assert min(speeds) - 0.1 <= overall <= max(speeds) + 0.1


def test_the_time_of_a_scene_is_shared_by_its_frames(tool):
    timing = tool.Timing(2, 2, 60, drawing=1.0, rendering=5.0)
    assert timing.speed == 10
    assert str(timing).split() == ['2', '2', '500.0', '83.3', '10.0']


def test_the_world_may_be_wrapped(tool, tmp_path, capsys):
    (tmp_path / 'base.py').write_text(CONFIG)
    (tmp_path / 'config.py').write_text(
        "_base_ = './base.py'\n"
        'train_dataloader = dict(dataset=dict(\n'
        "    _delete_=True, type='RepeatDataset', times=2,\n"
        '    dataset=_base_.train_dataloader.dataset))\n'
    )
    tool.main([str(tmp_path / 'config.py'), '--num', '1'])
    assert '32 x 48 pixels' in capsys.readouterr().out


def test_other_data_sets_are_refused(tool, tmp_path):
    (tmp_path / 'a.png').write_bytes(b'')
    (tmp_path / 'config.py').write_text(
        "train_dataloader = dict(dataset=dict(type='VideoSegDataset', "
        f"data_root='{tmp_path}', data_prefix=dict(img='')))"
    )
    with pytest.raises(ValueError, match='got VideoSegDataset'):
        tool.main([str(tmp_path / 'config.py')])
    (tmp_path / 'config.py').write_text('train_dataloader = None')
    with pytest.raises(ValueError, match='has no train_dataloader'):
        tool.main([str(tmp_path / 'config.py')])
