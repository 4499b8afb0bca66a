import os

import pytest

CONFIG = """
train_dataloader = dict(
    dataset=dict(
        type='SyntheticMotion',
        num_videos=3,
        num_frames=2,
        size=(32, 48),
        world=dict(motion='homography', camera_speed=1.0),
    )
)
val_dataloader = dict(dataset=dict(type='VideoSegDataset', data_root='{}'))
test_dataloader = None
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / 'config.py'
    (tmp_path / 'JPEGImages').mkdir()
    (tmp_path / 'JPEGImages' / 'a.png').write_bytes(b'')
    path.write_text(CONFIG.format(tmp_path))
    return str(path)


@pytest.fixture
def tool(load_tool):
    return load_tool('generate_synthetic.py')


def clips(folder):
    return sorted(os.listdir(folder / 'JPEGImages'))


def test_the_clips_of_a_config_are_written(tool, config, tmp_path):
    tool.main([config, str(tmp_path / 'out'), '--workers', '0'])
    assert clips(tmp_path / 'out') == ['1_00000', '2_00001', '3_00002']


def test_options_and_shards_reach_the_world(tool, config, tmp_path):
    out = tmp_path / 'out'
    options = [
        '--num', '4', '--workers', '0', '--flow-format', 'npy16',
        '--cfg-options', 'train_dataloader.dataset.num_objects=2,2'
    ]
    tool.main([config, str(out), '--shard', '1/2', *options])
    assert clips(out) == ['2_00001', '2_00003']
    assert os.listdir(out / 'Flows_gap1/2_00001') == ['00000.npy']


def test_the_rank_is_the_shard(tool, config, tmp_path, monkeypatch):
    monkeypatch.setenv('RANK', '2')
    monkeypatch.setenv('WORLD_SIZE', '3')
    tool.main([config, str(tmp_path / 'out'), '--workers', '0'])
    assert clips(tmp_path / 'out') == ['3_00002']


def wrap(config, *others):
    """A config whose data set stands beside others in a wrapper."""
    path = f'{config[:-3]}_wrapped.py'
    with open(path, 'w') as file:
        file.write(
            f"_base_ = '{config}'\n"
            'train_dataloader = dict(dataset=dict(\n'
            "    _delete_=True, type='ConcatDataset', datasets=[\n"
            f'    {", ".join(others)},\n'
            "    _base_.train_dataloader.dataset]))\n"
        )
    return path


def test_the_world_may_stand_beside_clips_on_disk(tool, config, tmp_path):
    clips_on_disk = "dict(type='SyntheticClips', data_root='nowhere')"
    path = wrap(config, clips_on_disk)
    tool.main([path, str(tmp_path / 'out'), '--workers', '0', '--num', '1'])
    assert clips(tmp_path / 'out') == ['1_00000']


def test_two_worlds_are_refused(tool, config, tmp_path):
    path = wrap(config, "dict(type='SyntheticMotion')")
    message = 'expected a SyntheticMotion, and only one, in train_dataloader'
    with pytest.raises(SystemExit, match=message):
        tool.main([path, str(tmp_path / 'out')])


def test_data_sets_of_another_kind_are_refused(tool, config, tmp_path):
    out = str(tmp_path / 'out')
    with pytest.raises(SystemExit, match='got VideoSegDataset'):
        tool.main([config, out, '--split', 'val'])
    with pytest.raises(SystemExit, match='no test_dataloader'):
        tool.main([config, out, '--split', 'test'])
