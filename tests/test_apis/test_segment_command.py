"""The command tells scripts how it ended, and people why."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from mmmotion.apis import segment_command
from mmmotion.apis.segment_command import ExitCode, main

FAST = ('--method', 'robust-background', '--device', 'cpu', '--no-report',
        '--no-overlay')  # yapf: disable


def run(*args, out_dir, options=FAST):
    return main([*map(str, args), '--out-dir', str(out_dir), *options])


def test_a_folder_becomes_masks(folder, tmp_path, capsys):
    out = tmp_path / 'out'
    assert run(folder, out_dir=out) == ExitCode.DONE
    assert len(list(out.glob('square/masks/*.png'))) == 6
    content = json.loads((out / 'square/objects.json').read_text())
    assert content['videos'][0]['file_names'][1] == 'f1.png'
    told = capsys.readouterr().err
    assert re.search(r'flow: 10 in [\d.]+ s', told)
    assert re.search(r'write: 6 in [\d.]+ s', told)


def test_overlay_and_report_are_written_and_kept(folder, tmp_path, capsys):
    options = FAST[:4]
    assert run(folder, out_dir=tmp_path, options=options) == ExitCode.DONE
    paths = [tmp_path / 'square' / n for n in ('overlay.mp4', 'report.html')]
    times = [path.stat().st_mtime_ns for path in paths]
    assert 'mmmotion-segment' in paths[1].read_text()
    capsys.readouterr()
    assert run(folder, out_dir=tmp_path, options=options) == ExitCode.DONE
    assert [path.stat().st_mtime_ns for path in paths] == times
    assert not re.search(
        r'(flow|predict|overlay): \d',
        capsys.readouterr().err
    )


def test_a_broken_input_is_told_by_the_exit_code(folder, tmp_path, capsys):
    path = folder / 'f4.png'
    path.write_bytes(path.read_bytes()[:200])
    out = tmp_path / 'out'
    assert run(folder, out_dir=out) == ExitCode.PARTIAL
    assert len(list(out.glob('square/masks/*.png'))) == 4
    assert 'warning: broken after 4 of 6' in capsys.readouterr().err
    code = run(folder, out_dir=out, options=(*FAST, '--quiet'))
    assert code == ExitCode.PARTIAL
    (line, ) = capsys.readouterr().err.splitlines()
    assert line.startswith('mmmotion-segment: square: broken after 4 of 6')


@pytest.mark.parametrize(
    'make, expected',
    [
        (lambda p: p / 'lost.mp4', 'no file .*lost.mp4'),
        (lambda p: write(p / 'a.mp4', b'text'), 'not a video.*a.mp4'),
        (lambda p: write(p / 'a.mp4', b''), 'empty.*a.mp4'),
        (lambda p: p, 'no image'),
        (lambda p: save(p / 'a.png', (48, 64)), 'only one frame'),
        (lambda p: save(p / 'a.png', (8, 64)), 'at least 16 pixels'),
    ],
    ids=['lost', 'no video', 'empty', 'no frames', 'one frame', 'tiny'],
)
def test_inputs_that_cannot_be_used(make, expected, tmp_path, capsys):
    code = run(make(tmp_path), out_dir=tmp_path / 'out')
    assert code == ExitCode.INPUT
    (line, ) = [
        line for line in capsys.readouterr().err.splitlines()
        if line.startswith('mmmotion-segment: ')
    ]
    assert re.search(expected, line)


def test_what_lies_behind_the_last_frame_does_not_matter(
    folder, tmp_path, capsys
):
    Image.new('RGB', (20, 20)).save(folder / 'f3.png')
    options = (*FAST, '--max-frames', '3')
    assert run(folder, out_dir=tmp_path, options=options) == ExitCode.DONE
    (folder / 'f3.png').write_bytes(b'no picture')
    assert run(folder, out_dir=tmp_path, options=options) == ExitCode.DONE
    assert 'broken' not in capsys.readouterr().err


def test_one_bad_input_does_not_stop_the_others(folder, tmp_path, capsys):
    lost, alone = tmp_path / 'lost.mp4', save(tmp_path / 'a.png', (48, 64))
    out = tmp_path / 'out'
    assert run(lost, alone, folder, out_dir=out) == ExitCode.INPUT
    assert len(list(out.glob('square/masks/*.png'))) == 6
    told = capsys.readouterr().err
    assert 'lost.mp4' in told
    assert 'a: robust-background' in told


def test_number_of_objects_is_a_number(folder, tmp_path, capsys):
    with pytest.raises(SystemExit, match='2'):
        run(folder, out_dir=tmp_path, options=('--objects', 'many'))
    assert "expected a number or 'auto', got 'many'" in capsys.readouterr().err


@pytest.mark.parametrize('rate', ['0', 'nan', 'inf', 'fast'])
def test_the_rate_is_above_zero(folder, tmp_path, capsys, rate):
    with pytest.raises(SystemExit, match='2'):
        run(folder, out_dir=tmp_path, options=('--fps', rate))
    assert f"expected a number above 0, got '{rate}'" in (
        capsys.readouterr().err
    )


def write(path, data):
    path.write_bytes(data)
    return path


def save(path, size):
    Image.new('RGB', size[::-1]).save(path)
    return path


def test_one_frame_is_too_few_to_learn_from(tmp_path, capsys):
    path = save(tmp_path / 'a.png', (48, 64))
    options = ('--method', 'gwm', '--device', 'cpu')
    assert run(path, out_dir=tmp_path / 'out', options=options) == 3
    assert 'learns from the motion' in capsys.readouterr().err


@pytest.mark.parametrize(
    'options, expected',
    [
        (('--method', 'magic'), "no model 'magic': expected a method"),
        (('--weights', 'lost.pth'), 'checkpoint not found'),
        (('--method', 'robust-background', '--weights', __file__),
         'has no weights to load'),
        (('--method', 'robust-background', '--adapt-iters', '3'),
         'nothing to learn'),
        (('--device', 'toaster'), "no such device: 'toaster'"),
        (('--cfg-options', 'test_dataloader.dataset.flow_estimator=pwclite'),
         'PWCLiteFlowEstimator needs checkpoint'),
        (('--objects', '0'), 'num_objects to be 1 or more'),
        (('--cfg-options', 'modle.degree=1'), 'modle'),
        (('--cfg-options', 'seed'), 'expected KEY=VALUE, got seed'),
        (('--cfg-options', 'model=3'), 'a model that segments, got 3'),
        (('--method', str(Path(__file__).parents[2] / 'setup.cfg')),
         'expected a config (.py'),
    ],
)  # yapf: disable
def test_wrong_arguments(folder, tmp_path, capsys, options, expected):
    options = ('--device', 'cpu', *options)
    code = run(folder, out_dir=tmp_path / 'out', options=options)
    assert code == ExitCode.USAGE
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize(
    'text, expected',
    [('model = dict(', 'never closed'),
     ('custom_imports = dict(imports=["no_such_plugin"])', 'no_such_plugin')],
)
def test_a_config_that_cannot_be_loaded(
    folder, tmp_path, capsys, text, expected
):
    config = tmp_path / 'own.py'
    config.write_text(text)
    options = ('--method', str(config), '--device', 'cpu')
    code = run(folder, out_dir=tmp_path / 'out', options=options)
    assert code == ExitCode.USAGE
    told = capsys.readouterr().err
    assert f'cannot load {config}: ' in told and expected in told


def test_messages_name_the_method_as_the_user_does(tmp_path, capsys):
    path = save(tmp_path / 'a.png', (48, 64))
    assert run(path, out_dir=tmp_path) == ExitCode.INPUT
    assert 'a: robust-background needs the motion' in capsys.readouterr().err


@pytest.mark.skipif(not Path('/proc').is_dir(), reason='Linux alone')
def test_an_output_folder_that_cannot_be_made(folder, capsys):
    assert run(folder, out_dir='/proc/results') == ExitCode.OUTPUT
    told = capsys.readouterr().err
    assert 'cannot write' in told and '/proc/results' in told
    assert 'frames:' not in told


def test_an_output_that_cannot_be_written(folder, tmp_path, capsys):
    taken = write(tmp_path / 'out', b'a file')
    assert run(folder, out_dir=taken) == ExitCode.OUTPUT
    assert str(taken) in capsys.readouterr().err


@pytest.mark.parametrize('number', [errno.ENOSPC, errno.EACCES])
def test_no_space_and_no_permission(
    folder, tmp_path, capsys, monkeypatch, number
):
    from mmmotion.apis import video_run
    original = video_run.write_davis_png
    written = []

    def fail_at_third(path, labels):
        if len(written) == 2:
            raise OSError(number, os.strerror(number), str(path))
        written.append(path)
        original(path, labels)

    monkeypatch.setattr(video_run, 'write_davis_png', fail_at_third)
    out = tmp_path / 'out'
    assert run(folder, out_dir=out) == ExitCode.OUTPUT
    told = capsys.readouterr().err
    assert os.strerror(number) in told and 'goes on from there' in told
    monkeypatch.setattr(video_run, 'write_davis_png', original)
    assert run(folder, out_dir=out) == ExitCode.DONE
    assert 'predict:' not in capsys.readouterr().err


def test_flows_that_do_not_fit_are_refused_before(
    folder, tmp_path, capsys, monkeypatch
):
    usage = type('Usage', (), dict(free=1000))
    monkeypatch.setattr('shutil.disk_usage', lambda path: usage)
    assert run(folder, out_dir=tmp_path / 'out') == ExitCode.OUTPUT
    assert 'the flows need 0.0 GB' in capsys.readouterr().err


def test_ctrl_c_leaves_what_is_finished(folder, tmp_path, capsys, monkeypatch):
    from mmmotion.apis import video_run
    original = video_run.predict_masks

    def stop(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(video_run, 'predict_masks', stop)
    assert run(folder, out_dir=tmp_path) == ExitCode.INTERRUPTED
    assert 'the same command goes on' in capsys.readouterr().err
    monkeypatch.setattr(video_run, 'predict_masks', original)
    assert run(folder, out_dir=tmp_path) == ExitCode.DONE
    assert 'flow:' not in capsys.readouterr().err


@pytest.mark.skipif(os.name != 'posix', reason='needs signals')
def test_a_real_ctrl_c(make_clip, tmp_path):
    """The whole process, with its exit code."""
    frames = tmp_path / 'long'
    frames.mkdir()
    for t, frame in enumerate(make_clip(100)):
        Image.fromarray(frame).save(frames / f'{t}.png')
    command = [
        sys.executable, '-m', 'mmmotion.apis.segment_command', str(frames),
        '--out-dir', str(tmp_path), *FAST
    ]  # yapf: disable
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2])),
        # A shell lets its background jobs ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    marker = tmp_path / 'long/.work/frames.json'
    while not marker.is_file() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    assert process.returncode == ExitCode.INTERRUPTED
    assert 'Traceback' not in told


def test_the_help_comes_without_torch():
    code = (
        'import sys; from mmmotion.apis import segment_command; '
        'segment_command.parse_args(["a.mp4"]); '
        'sys.exit("torch" in sys.modules)'
    )
    assert subprocess.run([sys.executable, '-c', code]).returncode == 0


def test_exit_codes_are_documented():
    for code in ExitCode:
        assert re.search(rf'\b{code.value}\b', segment_command.__doc__)
