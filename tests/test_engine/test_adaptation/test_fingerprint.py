import os

from torch import nn

from mmmotion.engine.adaptation import (
    describe_settings,
    hash_checkpoints,
    hash_files,
)


def test_settings_compare_equal_after_json():
    settings = describe_settings(dict(b=(1, 2), a=dict(cls=nn.Linear)))
    assert settings == dict(a=dict(cls=str(nn.Linear)), b=[1, 2])
    assert describe_settings(settings) == settings


def test_files_that_were_replaced_have_another_hash(tmp_path):
    paths = [tmp_path / name for name in ('a.jpg', 'b.jpg', 'a.npy')]
    for path in paths:
        path.write_bytes(b'1')
        os.utime(path, ns=(0, 0))
    entry = dict(
        video_id='v',
        frame_id='a',
        img_path=str(paths[0]),
        neighbours={1: str(paths[1])},
        flow_paths={1: str(paths[2])},
        mask_path=str(tmp_path / 'mask.png'),
    )
    hashes = {hash_files([entry])}
    (tmp_path / 'mask.png').touch()
    assert hash_files([entry]) in hashes
    for path in paths:
        os.utime(path, ns=(0, 1))
        hashes.add(hash_files([entry]))
    paths[2].unlink()
    hashes |= {hash_files([entry]), hash_files([entry] * 2), hash_files([])}
    assert len(hashes) == 7


def test_entries_without_files_are_their_names():
    entries = [dict(video_id='v', frame_id=name) for name in 'ab']
    assert hash_files(entries) == hash_files(iter(entries))
    assert hash_files(entries) != hash_files(entries[::-1])


def test_hash_sees_that_a_loaded_file_is_another(tmp_path):
    path = tmp_path / 'encoder.pth'
    settings = [dict(features=dict(init_cfg=dict(checkpoint=str(path))))]
    hashes = {hash_checkpoints(settings), hash_checkpoints(None)}
    path.write_bytes(b'1')
    hashes.add(hash_checkpoints(settings))
    assert hash_checkpoints(settings) in hashes
    path.write_bytes(b'12')
    hashes.add(hash_checkpoints(settings))
    assert len(hashes) == 4
