import json

import pytest
from PIL import Image


@pytest.fixture
def tool(load_tool):
    return load_tool('analysis_tools/plot_logs.py')


@pytest.fixture
def write(tmp_path):
    """Write one log; ``rows`` are (iteration, losses or scores)."""

    def write(run, rows, time='20260101_000000', end='\n'):
        path = tmp_path / run / time / 'vis_data' / 'scalars.json'
        path.parent.mkdir(parents=True)
        lines = []
        for step, values in rows:
            training = dict(iter=step, lr=0.1) if 'loss' in values else {}
            lines.append(json.dumps(values | training | dict(step=step)))
        path.write_text('\n'.join(lines) + end)
        return str(tmp_path / run)

    return write


def training(first=50, last=200, scale=1.0):
    rows = [(step, dict(loss=scale / step, loss_recon=0.5 * scale / step))
            for step in range(first, last + 1, 50)]
    return [*rows, (last, {'seg/J': 0.1 * scale, 'seg/F': 0.2, 'time': 9})]


def run(tool, capsys, tmp_path, *arguments):
    out = tmp_path / 'new' / 'curves.png'
    tool.main([*arguments, '--out', str(out)])
    rows = capsys.readouterr().out.splitlines()[2:]
    cells = [row.strip('| ').split(' | ') for row in rows]
    return [row[:3] for row in cells], Image.open(out).size


def test_of_one_run_every_loss_and_j_are_drawn(tool, write, tmp_path, capsys):
    rows, size = run(tool, capsys, tmp_path, write('a', training()))
    assert rows == [
        ['loss', '200', '0.005'],
        ['loss_recon', '200', '0.0025'],
        ['seg/J', '200', '0.1'],
    ]
    assert size == (1200, 408)


def test_runs_are_compared_by_name(tool, write, tmp_path, capsys):
    one, two = write('a', training()), write('b', training(scale=2))
    rows, _ = run(tool, capsys, tmp_path, one, f'twice={two}')
    assert rows == [
        ['a, loss', '200', '0.005'], ['twice, loss', '200', '0.01'],
        ['a, seg/J', '200', '0.1'], ['twice, seg/J', '200', '0.2']
    ]  # yapf: disable
    rows, _ = run(
        tool, capsys, tmp_path, one, two, '--losses', 'loss', 'loss_recon',
        '--scores', 'seg/F'
    )
    assert rows[1:4] == [
        ['b, loss', '200', '0.01'], ['a, loss_recon', '200', '0.0025'],
        ['b, loss_recon', '200', '0.005']
    ]  # yapf: disable


def test_a_resumed_run_goes_on_where_it_stopped(tool, write, tmp_path, capsys):
    write('a', training(last=200), '20260101_000000')
    folder = write('a', training(150, 300, scale=3), '20260102_000000')
    logged = tool.read_run(folder)
    assert logged.losses['loss'] == {
        50: 1 / 50, 100: 1 / 100, 150: 3 / 150, 200: 3 / 200, 250: 3 / 250,
        300: 3 / 300
    }  # yapf: disable
    assert list(logged.scores['seg/J']) == [300]


def test_a_run_that_began_anew_has_no_score_yet(tool, write, tmp_path, capsys):
    write('lr=0.1', training(), '20260101_000000')
    folder = write('lr=0.1', training()[:1], '20260102_000000')
    rows, _ = run(tool, capsys, tmp_path, folder)
    assert [row[:2] for row in rows] == [['loss', '50'], ['loss_recon', '50']]
    assert tool.read_run(folder).name == 'lr=0.1'
    assert tool.read_run(f'x={folder}').name == 'x'


def test_a_run_without_validation_has_one_half(tool, write, tmp_path, capsys):
    rows, size = run(tool, capsys, tmp_path, write('a', training()[:-1]))
    assert [row[0] for row in rows] == ['loss', 'loss_recon']
    assert size == (600, 408)


def test_a_run_that_logs_no_j_has_one_half(tool, write, tmp_path, capsys):
    folder = write('a', [*training()[:-1], (200, {'flow/EPE': 1.5})])
    rows, size = run(tool, capsys, tmp_path, folder)
    assert [row[0] for row in rows] == ['loss', 'loss_recon']
    assert size == (600, 408)
    rows, _ = run(tool, capsys, tmp_path, folder, '--scores', 'EPE')
    assert rows[-1] == ['flow/EPE', '200', '1.5']


def test_j_is_drawn_of_the_runs_that_log_it(tool, write, tmp_path, capsys):
    one = write('a', [*training()[:-1], (200, {'flow/EPE': 1.5})])
    rows, size = run(tool, capsys, tmp_path, one, write('b', training()))
    assert [row[0] for row in rows] == ['a, loss', 'b, loss', 'b, seg/J']
    assert size == (1200, 408)


def test_a_loss_that_is_no_number_is_told(tool, write, tmp_path, capsys):
    rows = [(50, dict(loss=1.0)), (100, dict(loss=float('nan')))]
    tool.main([write('a', rows), '--out', str(tmp_path / 'a.png')])
    assert 'nan | not finite from 100 on |' in capsys.readouterr().out


def test_half_a_last_line_of_a_running_training_is_left_out(tool, write):
    folder = write('a', training(), end='\n{"loss": 0.1, "it')
    assert max(tool.read_run(folder).losses['loss']) == 200


def test_what_is_missing_or_broken_is_named(tool, write, tmp_path, capsys):
    with pytest.raises(FileNotFoundError, match=r'scalars\.json below .*none'):
        tool.read_run(str(tmp_path / 'nothing'))
    folder = write('a', training())
    with pytest.raises(KeyError, match=r"loss_x, only .*'loss_recon'"):
        tool.main([folder, '--losses', 'loss_x'])
    with pytest.raises(KeyError, match=r"logged EPE, only .*'seg/J'"):
        tool.main([folder, '--scores', 'EPE'])
    broken = write('b', training(), end='\nhalf\n')
    with pytest.raises(ValueError, match=r'scalars\.json, line 6: expected'):
        tool.read_run(broken)
