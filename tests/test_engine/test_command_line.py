import argparse
import os

import pytest
import torch

from mmmotion.engine import (
    CheckpointError,
    add_device_argument,
    add_run_arguments,
    end_in_a_line,
    load_run_config,
)


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Reader of a command line that names a config of one line."""
    monkeypatch.chdir(tmp_path)
    # setenv first, so that what is set in the test is undone.
    monkeypatch.setenv('LOCAL_RANK', '')
    monkeypatch.delenv('LOCAL_RANK')
    (tmp_path / 'mine.py').write_text('model = dict(num_groups=4)\n')

    def load(*words):
        parser = argparse.ArgumentParser()
        parser.add_argument('config')
        add_run_arguments(parser)
        return load_run_config(parser.parse_args(['mine.py', *words]))

    return load


def test_defaults(load):
    cfg = load()
    assert cfg.work_dir == os.path.join('work_dirs', 'mine')
    assert cfg.launcher == 'none'
    assert cfg.model.num_groups == 4
    assert os.environ['LOCAL_RANK'] == '0'


def test_options_win_over_the_config(load):
    cfg = load(
        '--work-dir', 'there', '--launcher', 'slurm', '--cfg-options',
        'model.num_groups=7', 'randomness.seed=3'
    )
    assert cfg.work_dir == 'there'
    assert cfg.launcher == 'slurm'
    assert cfg.model.num_groups == 7
    assert cfg.randomness.seed == 3


@pytest.mark.parametrize('option', ['--local_rank', '--local-rank'])
def test_the_rank_comes_from_the_launcher_by_either_name(load, option):
    load(option, '3')
    assert os.environ['LOCAL_RANK'] == '3'


def test_the_environment_wins_over_the_argument(load, monkeypatch):
    monkeypatch.setenv('LOCAL_RANK', '2')
    load('--local-rank', '0')
    assert os.environ['LOCAL_RANK'] == '2'


def test_an_unknown_launcher_is_refused(load, capsys):
    with pytest.raises(SystemExit):
        load('--launcher', 'ssh')
    assert "'none', 'pytorch', 'slurm', 'mpi'" in capsys.readouterr().err


def test_a_missing_config_is_named(load, tmp_path):
    (tmp_path / 'mine.py').unlink()
    with pytest.raises(FileNotFoundError, match=r'mine\.py'):
        load()


@pytest.mark.parametrize(
    'has_cuda, expected', [(True, 'cuda'), (False, 'cpu')]
)
def test_the_device_is_cuda_if_there_is_one(monkeypatch, has_cuda, expected):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: has_cuda)
    parser = argparse.ArgumentParser()
    add_device_argument(parser)
    assert parser.parse_args([]).device == expected
    assert parser.parse_args(['--device', 'meta']).device == 'meta'


@pytest.mark.parametrize(
    'error', [
        ValueError('size 3'),
        FileNotFoundError('size 3'),
        ImportError('size 3'),
        CheckpointError('size 3'),
    ]
)
def test_an_error_of_the_user_is_one_line(error):
    with pytest.raises(SystemExit, match=r'^mine: size 3$'):
        with end_in_a_line('mine'):
            raise error


def test_other_errors_stay_what_they_are():
    with pytest.raises(ZeroDivisionError), end_in_a_line('mine'):
        raise ZeroDivisionError


def test_ctrl_c_is_told_and_has_the_exit_code_of_shells(capsys):
    with pytest.raises(SystemExit) as caught, end_in_a_line('mine'):
        raise KeyboardInterrupt
    assert caught.value.code == 130
    assert capsys.readouterr().err.startswith('mine: stopped; ')
