import json
import sys
from collections import OrderedDict

import pytest
from mmengine.logging import MessageHub, MMLogger
from mmengine.visualization import Visualizer


@pytest.fixture
def tool(load_tool, data_dir, tmp_path, monkeypatch):
    """The tool, whose trainings and tests run in this process."""
    monkeypatch.syspath_prepend(str(data_dir / 'toy_run'))
    for module in ('mmengine.config.config', 'yapf.yapflib.yapf_api'):
        name = f'{module}.FormatCode'
        monkeypatch.setattr(
            name, lambda text, **_: (text, False), raising=False
        )
    monkeypatch.delenv('LOCAL_RANK', raising=False)
    tool = load_tool('analysis_tools/tune_without_labels.py')

    def run_tool(action, arguments, log, processes):
        for kind in (MMLogger, MessageHub, Visualizer):
            monkeypatch.setattr(kind, '_instance_dict', OrderedDict())
        monkeypatch.setattr(sys, 'argv', [action, *arguments])
        load_tool(f'{action}.py').main()
        return 0

    monkeypatch.setattr(tool, 'run_tool', run_tool)
    return tool


@pytest.fixture
def search(tool, data_dir, tmp_path, monkeypatch):

    def search(*arguments):
        config = data_dir / 'toy_run' / 'channel_config.py'
        argv = ['tool', str(config), '--work-dir', str(tmp_path), *arguments]
        monkeypatch.setattr(sys, 'argv', argv)
        tool.main()

    return search


def test_trains_evaluates_and_ranks(search, tmp_path, capsys):
    search(
        '--search', 'model.dropout=0.0,0.5', '--metric-options', 'every=2',
        'mask=channel', '--cfg-options', 'train_cfg.max_iters=4',
        'test_cfg._delete_=True', 'test_cfg.type=VideoTestLoop'
    )
    variants = json.loads((tmp_path / 'results.json').read_text())['variants']
    assert {v['values']['model.dropout'] for v in variants} == {0.0, 0.5}
    scores = [variant['metrics']['msa'] for variant in variants]
    assert scores == sorted(scores, reverse=True)
    assert all(
        v['metrics']['msa/channel_cut'] == v['metrics']['msa']
        for v in variants
    )
    assert all('seg/J' in variant['metrics'] for variant in variants)
    assert all(v['checkpoint'].endswith('iter_4.pth') for v in variants)
    assert 'Chosen without labels: model.dropout=' in capsys.readouterr().out


def test_processes_of_its_own_report_how_they_ended(
    load_tool, tmp_path, data_dir
):
    run_tool = load_tool('analysis_tools/tune_without_labels.py').run_tool
    log = tmp_path / 'log.txt'
    assert run_tool('train', [str(tmp_path / 'missing.py')], log) == 1
    assert 'missing.py' in log.read_text()


def test_bad_input(search, capsys):
    with pytest.raises(ValueError, match="did you mean 'dropout'"):
        search('--search', 'model.droput=0.1')
    with pytest.raises(SystemExit):
        search()
    with pytest.raises(SystemExit):
        search('--search', 'model.dropout=0.1', '--gpus', '0')
    assert '--gpus must be at least 1' in capsys.readouterr().err
