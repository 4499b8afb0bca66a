import os
import socket
import time

import pytest

from mmmotion.flow.atomic import (
    clean_stale_files,
    replace_atomically,
    temporary_folder,
    write_atomically,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize('step', ['fsync', 'replace'])
def test_failed_write_leaves_the_old_file_and_no_other(
    tmp_path, monkeypatch, step
):
    path = tmp_path / 'a.npy'
    write_atomically(path, b'old')

    def fail(*args):
        raise OSError('disk is gone')

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match='disk is gone'):
        write_atomically(path, b'new')
    assert path.read_bytes() == b'old'
    assert names(tmp_path) == ['a.npy']


def test_a_library_may_write_the_hidden_file_in_its_own_way(tmp_path):
    path = tmp_path / 'new' / 'a.mp4'
    with replace_atomically(path, '.mp4') as temporary:
        assert temporary.parent == path.parent and temporary.suffix == '.mp4'
        temporary.write_text('half')
        assert not path.exists()
        temporary.write_text('whole')
    assert path.read_text() == 'whole'
    assert names(path.parent) == ['a.mp4']


def test_only_leftovers_of_dead_processes_are_removed(tmp_path):
    host = socket.gethostname()
    dead = tmp_path / f'.a.mp4~{host}~{2**22 + 1}.tmp.mp4'
    alive = tmp_path / f'.a.npy~{host}~{os.getpid()}.tmp'
    elsewhere = tmp_path / '.a.npy~other-machine~1.tmp'
    old = tmp_path / '.b.npy~other-machine~1.tmp'
    foreign = tmp_path / '.notes.tmp'
    for path in (dead, alive, elsewhere, old, foreign):
        path.write_bytes(b'half')
    os.utime(old, (time.time() - 7200, ) * 2)
    assert clean_stale_files(tmp_path) == 2
    assert names(tmp_path) == sorted([
        alive.name, elsewhere.name, foreign.name
    ])


def test_a_tree_that_is_not_there_has_no_leftovers(tmp_path):
    assert clean_stale_files(tmp_path / 'nowhere') == 0


def test_a_temporary_folder_is_gone_after_its_block(tmp_path):
    with temporary_folder(tmp_path / 'deep' / 'clip') as folder:
        assert folder.is_dir() and folder.name.startswith('.clip~')
        (folder / 'part').mkdir()
        (folder / 'part' / 'file').write_bytes(b'x')
        (folder / 'part').rename(tmp_path / 'part')
    assert not folder.exists()
    assert (tmp_path / 'part' / 'file').read_bytes() == b'x'


def test_folders_of_dead_processes_are_removed(tmp_path):
    with temporary_folder(tmp_path / 'clip') as folder:
        host = folder.name.split('~')[1]
        dead = tmp_path / f'.clip~{host}~{2**22 + 1}.tmp'
        deep = tmp_path / 'below' / dead.name
        for path in (dead, deep):
            path.mkdir(parents=True)
            (path / 'file').write_bytes(b'x')
        assert clean_stale_files(tmp_path, is_deep=False) == 1
        assert folder.exists() and deep.exists() and not dead.exists()
        assert clean_stale_files(tmp_path) == 1
        assert folder.exists() and not deep.exists()


def test_a_full_disk_is_told_with_the_file(tmp_path):
    path = tmp_path / 'masks' / '0.png'
    with pytest.raises(
            OSError,
            match=r'No space.*masks/0\.png'), (replace_atomically(path)):
        raise OSError(28, 'No space left on device')
