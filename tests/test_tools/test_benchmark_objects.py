import numpy as np
import pytest


@pytest.fixture(scope='module')
def tool(load_tool):
    return load_tool('analysis_tools/benchmark_objects.py')


def test_a_switch_is_a_change_of_the_number_of_most_of_an_object(tool):
    objects = np.zeros((1, 5, 4, 4), bool)
    objects[0, :, :2] = True
    labels = np.zeros((5, 4, 4), int)
    labels[0, :2] = 1
    labels[2, :2] = 1  # not seen in the frame before
    labels[3, :2] = 2
    labels[3, 0, 0] = 1
    labels[4, :2] = 2
    assert tool.count_switches(labels, objects) == 1


@pytest.mark.parametrize('kind', ['noise4', 'pan3', 'shake4 jpeg60'])
def test_still_clips_differ_from_frame_to_frame(tool, kind):
    picture = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    clip = tool.make_still_clip(picture, kind, 3, height=24)
    assert [frame.shape for frame in clip] == [(24, 32, 3)] * 3
    assert (clip[0] != clip[1]).any() and (clip[1] != clip[2]).any()


def test_prints_one_row_per_foreground(tool, capsys):
    tool.main(['--size', '48', '64', '--num-scenes', '1', '--num-frames', '4'])
    _, _, *rows = capsys.readouterr().out.splitlines()
    assert [row.split()[1] for row in rows] == ['true', 'baseline']
    for row in rows:
        region, boundary = (float(cell) for cell in row.split('|')[2:4])
        assert 0 <= region <= 1 and 0 <= boundary <= 1
