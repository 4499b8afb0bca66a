import json
import os
import socket
import subprocess
import sys
from collections import OrderedDict

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import MessageHub, MMLogger
from mmengine.visualization import Visualizer


@pytest.fixture(scope='session')
def toy_dir(data_dir):
    return data_dir / 'toy_run'


@pytest.fixture
def config(toy_dir, monkeypatch):
    monkeypatch.syspath_prepend(str(toy_dir))
    # Formatting the config takes longer than a toy training.
    for module in ('mmengine.config.config', 'yapf.yapflib.yapf_api'):
        name = f'{module}.FormatCode'
        monkeypatch.setattr(
            name, lambda text, **_: (text, False), raising=False
        )
    monkeypatch.delenv('LOCAL_RANK', raising=False)
    return str(toy_dir / 'toy_config.py')


@pytest.fixture
def run_tool(load_tool, monkeypatch):
    """Run a tool in this process."""

    def run(name, *arguments):
        monkeypatch.setattr(
            sys, 'argv', [name, *(str(value) for value in arguments)]
        )
        # mmengine tells runs of one process apart by name and second.
        for kind in (MMLogger, MessageHub, Visualizer):
            monkeypatch.setattr(kind, '_instance_dict', OrderedDict())
        load_tool(name).main()

    return run


def read_scalars(work_dir):
    records = []
    for path in sorted(work_dir.glob('*/vis_data/scalars.json')):
        records += [json.loads(line) for line in path.open()]
    return [record for record in records if 'loss' in record]


def test_train_resume_and_test(run_tool, config, tmp_path):
    options = ['--work-dir', tmp_path, '--cfg-options']
    run_tool('train.py', config, *options, 'train_cfg.max_iters=2')
    run_tool('train.py', config, '--resume', *options, 'train_cfg.max_iters=4')
    assert Config.fromfile(tmp_path / 'toy_config.py').load_from is None
    assert [r['step'] for r in read_scalars(tmp_path)] == [1, 2, 3, 4]
    out = tmp_path / 'metrics.json'
    run_tool(
        'test.py', config, tmp_path / 'iter_4.pth', '--out', out, '--work-dir',
        tmp_path / 'test'
    )
    assert 0 < json.loads(out.read_text())['toy/error'] < 1


def test_resume_from_a_given_file(run_tool, config, tmp_path):
    options = ['--cfg-options', 'train_cfg.max_iters=4', '--work-dir']
    run_tool('train.py', config, *options, tmp_path / 'a')
    run_tool(
        'train.py', config, '--resume', tmp_path / 'a' / 'iter_2.pth',
        *options, tmp_path / 'b'
    )
    assert [r['step'] for r in read_scalars(tmp_path / 'b')] == [3, 4]


@pytest.mark.parametrize('resume', [False, True])
def test_a_resume_of_nothing_begins_with_the_weights_of_the_config(
    run_tool, config, tmp_path, resume
):
    one = ['--cfg-options', 'train_cfg.max_iters=1', 'param_scheduler=None']
    run_tool('train.py', config, '--work-dir', tmp_path / 'a', *one)
    weights = tmp_path / 'a' / 'iter_1.pth'
    run_tool(
        'train.py', config, *['--resume'][:resume], '--work-dir',
        tmp_path / 'b', *one, f'load_from={weights}',
        'optim_wrapper.optimizer.lr=0.0'
    )
    trained, begun = (
        torch.load(tmp_path / name / 'iter_1.pth', weights_only=True)
        for name in 'ab'
    )
    for name, value in trained['state_dict'].items():
        assert torch.equal(begun['state_dict'][name], value)
    assert [r['step'] for r in read_scalars(tmp_path / 'b')] == [1]
    said = f'the run starts from the beginning, with {weights}'
    assert (
        said in next((tmp_path / 'b').glob('*/*.log')).read_text()
    ) == resume
    # What is written down is what was asked for.
    written = Config.fromfile(tmp_path / 'b' / 'toy_config.py')
    assert written.load_from == str(weights)
    assert written.resume == ('auto' if resume else False)


def test_amp_and_scaled_learning_rate(run_tool, config, tmp_path):
    run_tool(
        'train.py', config, '--amp', '--auto-scale-lr', '--work-dir', tmp_path,
        '--cfg-options', 'train_cfg.max_iters=1', 'param_scheduler=None'
    )
    # Half the base batch size of the config.
    assert read_scalars(tmp_path)[0]['lr'] == pytest.approx(0.05)
    dumped = (tmp_path / 'toy_config.py').read_text()
    wrapper = 'Amp' if torch.cuda.is_available() else 'Autocast'
    assert f'{wrapper}OptimWrapper' in dumped


@pytest.mark.parametrize(
    'arguments, message', [
        (['--cfg-options', 'train_dataloder.batch_size=2'],
         "no 'train_dataloder', did you mean 'train_dataloader'"),
        (['--cfg-options', 'train_cfg.max_iter=2'],
         "'max_iter', did you mean 'max_iters'"),
        (['--auto-scale-lr', '--cfg-options', 'auto_scale_lr=None'],
         'base_batch_size'),
        (['--resume', 'missing.pth'], r'missing\.pth'),
    ]
)  # yapf: disable
def test_bad_input_of_train(run_tool, config, tmp_path, arguments, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        run_tool('train.py', config, '--work-dir', tmp_path, *arguments)


def test_missing_config(run_tool, tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nothing\.py'):
        run_tool('train.py', tmp_path / 'nothing.py')


def test_bad_input_of_test(run_tool, config, tmp_path):
    work_dir = ['--work-dir', tmp_path]
    with pytest.raises(FileNotFoundError, match=r'no\.pth'):
        run_tool('test.py', config, tmp_path / 'no.pth', *work_dir)
    with pytest.raises(ValueError, match='ToyModel has weights'):
        run_tool('test.py', config, *work_dir)
    with pytest.raises(SystemExit):
        run_tool('test.py', config, '--out', 'x.txt')


def test_method_without_weights_needs_no_checkpoint(
    run_tool, config, tmp_path
):
    out = tmp_path / 'metrics.json'
    run_tool(
        'test.py', config, '--work-dir', tmp_path, '--out', out,
        '--cfg-options', 'model.type=WeightlessModel'
    )
    assert set(json.loads(out.read_text())) == {'toy/error'}


@pytest.mark.parametrize(
    'script', [
        'dist_train.sh', 'dist_test.sh', 'slurm_train.sh', 'slurm_test.sh',
        'misc/dist_run.sh', 'misc/slurm_run.sh'
    ]
)
def test_scripts_are_sound(repo_root, script):
    path = repo_root / 'tools' / script
    assert os.access(path, os.X_OK)
    assert 'set -euo pipefail' in path.read_text()
    subprocess.run(['bash', '-n', path], check=True)
    done = subprocess.run([path], capture_output=True, text=True)
    assert done.returncode == 2
    assert 'usage:' in done.stderr


def test_slurm_script_hands_everything_on(repo_root, tmp_path):
    fake = tmp_path / 'srun'
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    done = subprocess.run(
        [
            repo_root / 'tools' / 'slurm_test.sh', 'gpu', 'my job',
            'my config.py', 'a.pth', '--out', 'm.json'
        ],
        env=dict(
            PATH=f'{tmp_path}:{os.environ["PATH"]}',
            GPUS='2',
            SRUN_ARGS='--time=1:00 --exclusive'
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    words = done.stdout.splitlines()
    assert '--job-name=my job' in words
    assert '--ntasks-per-node=2' in words
    assert {'--time=1:00', '--exclusive'} <= set(words)
    assert words[-6:] == [
        'my config.py', 'a.pth', '--launcher', 'slurm', '--out', 'm.json'
    ]


def run_script(repo_root, toy_dir, script, *arguments):
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    done = subprocess.run(
        [repo_root / 'tools' / script, *(str(value) for value in arguments)],
        env=dict(
            os.environ,
            PORT=str(port),
            PYTHON=sys.executable,
            PYTHONPATH=f'{toy_dir}:{os.environ.get("PYTHONPATH", "")}',
            OMP_NUM_THREADS='1',
            CUDA_VISIBLE_DEVICES='',
        ),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]


@pytest.mark.slow
def test_two_gloo_processes_train_and_test(
    repo_root, toy_dir, config, tmp_path
):
    run_script(
        repo_root, toy_dir, 'dist_train.sh', config, 2, '--work-dir', tmp_path,
        '--cfg-options', 'train_cfg.max_iters=2', 'model.norm=True'
    )
    assert [r['step'] for r in read_scalars(tmp_path)] == [1, 2]
    log = next(tmp_path.glob('*/*.log')).read_text()
    assert 'GPU number: 2' in log
    assert '1 SyncBatchNorm layers became BatchNorm' in log
    states = torch.load(tmp_path / 'iter_2.pth')['meta']['random_state']
    assert len(states) == 2
    out = tmp_path / 'metrics.json'
    run_script(
        repo_root, toy_dir, 'dist_test.sh', config, tmp_path / 'iter_2.pth', 2,
        '--out', out, '--work-dir', tmp_path / 'test', '--cfg-options',
        'model.norm=True'
    )
    assert set(json.loads(out.read_text())) == {'toy/error'}
