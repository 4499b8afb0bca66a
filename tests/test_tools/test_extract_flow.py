import shutil

import pytest
from PIL import Image

from mmmotion.flow import find_flow_files, read_flow


@pytest.fixture
def frames(tmp_path):
    """Two videos of five and four frames."""
    for name, num_frames in dict(a=5, b=4).items():
        (tmp_path / 'frames' / name).mkdir(parents=True)
        for number in range(num_frames):
            path = tmp_path / 'frames' / name / f'{number:05d}.png'
            Image.new('RGB', (32, 24)).save(path)
    return tmp_path / 'frames'


def test_the_tool_reads_the_environment_of_a_launcher(
    tmp_path, frames, load_tool, monkeypatch
):
    tool = load_tool('extract_flow.py')
    for rank in '01':
        monkeypatch.setenv('RANK', rank)
        monkeypatch.setenv('WORLD_SIZE', '2')
        tool.main([
            str(frames), '--out',
            str(tmp_path), '--estimator', 'constant', '--workers', '0',
            '--gaps', '1', '-1', '--format', 'flo', '--cfg-options',
            'estimator.u=3.0'
        ])
    found = find_flow_files(tmp_path, -1, 'a', estimator='constant')
    assert len(found) == 4
    assert (read_flow(found['00001'])[..., 0] == 3).all()


def test_the_tool_takes_the_frames_of_a_config(tmp_path, frames, load_tool):
    root = tmp_path / 'data'
    shutil.copytree(frames, root / 'JPEGImages' / '480p')
    config = tmp_path / 'config.py'
    config.write_text(
        "dataset = dict(type='DAVIS2016', data_root='nowhere',\n"
        '               data_prefix=dict(mask=None), gaps=(1, -1),\n'
        "               require_flow=True, flow_name='fixed',\n"
        "               flow_estimator=dict(type='constant', u=2.0))\n"
        "train_dataloader = dict(dataset=dict(type='ConcatDataset',\n"
        '                                     datasets=[dataset]))\n'
    )
    tool = load_tool('extract_flow.py')
    tool.main([
        str(config), '--workers', '0', '--cfg-options',
        f'train_dataloader.dataset.datasets.0.data_root={root}',
        'estimator.v=1.0'
    ])
    found = find_flow_files(root, -1, 'a', estimator='fixed')
    assert len(found) == 4
    assert (read_flow(found['00001']) == (2, 1)).all()
    assert not find_flow_files(root, 2, 'a', estimator='fixed')
    with pytest.raises(SystemExit, match='no val_dataloader'):
        tool.main([str(config), '--split', 'val'])


def test_the_tool_names_options_that_go_nowhere(frames, load_tool):
    tool = load_tool('extract_flow.py')
    with pytest.raises(SystemExit, match=r'preset.*estimator\.KEY'):
        tool.main([str(frames), '--cfg-options', 'preset=fast'])
    with pytest.raises(SystemExit, match=r'=farneback: name .* --estimator'):
        tool.main([str(frames), '--cfg-options', 'estimator=farneback'])
    with pytest.raises(SystemExit, match='--out is missing'):
        tool.main([str(frames)])


@pytest.mark.parametrize(
    'device, rank, expected', [
        ('cpu', '1', 'cpu'),
        ('cuda', None, 'cuda'),
        ('cuda', '1', 'cuda:1'),
        ('cuda:0', '1', 'cuda:0'),
    ]
)
def test_each_rank_has_its_gpu(
    tmp_path, frames, load_tool, monkeypatch, device, rank, expected
):
    tool = load_tool('extract_flow.py')
    calls = []
    monkeypatch.setattr(tool, 'extract_flow', lambda *a, **k: calls.append(a))
    monkeypatch.delenv('LOCAL_RANK', raising=False)
    if rank is not None:
        monkeypatch.setenv('LOCAL_RANK', rank)
    tool.main([
        str(frames), '--out',
        str(tmp_path), '--device', device, '--batch-size', '3'
    ])
    _, _, settings, num_workers, _ = calls[0]
    assert (settings.device, settings.batch_size) == (expected, 3)
    assert (num_workers > 0) == (device == 'cpu')


@pytest.mark.parametrize(
    'source, message', [
        ('nowhere', 'extract_flow: there is no folder .*nowhere$'),
        ('nothing.py', 'extract_flow: config not found: .*nothing.py'),
        ('clip.mp4', 'extract_flow: .*clip.mp4 is a file, expected'),
    ]
)
def test_a_source_that_is_none_ends_the_tool_in_a_line(
    tmp_path, load_tool, source, message
):
    (tmp_path / 'clip.mp4').touch()
    with pytest.raises(SystemExit, match=message):
        load_tool('extract_flow.py').main([str(tmp_path / source)])
