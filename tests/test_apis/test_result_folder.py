import errno

import pytest

from mmmotion.apis.result_folder import WORK, ResultFolder


def test_one_run_at_a_time_has_the_folder(tmp_path):
    first = ResultFolder(tmp_path / 'clip')
    half = first.file('masks/.0.png~another~1.tmp')
    half.parent.mkdir()
    half.touch()
    with pytest.raises(OSError, match=f'another run .*{tmp_path}/clip') as e:
        ResultFolder(tmp_path / 'clip')
    assert e.value.errno == errno.EBUSY
    assert half.exists()  # the first run may still need it
    ResultFolder(tmp_path / 'other').close()
    first.close()
    ResultFolder(tmp_path / 'clip').close()


def test_a_file_system_without_locks_is_used_without(tmp_path, monkeypatch):

    def acquire(self, timeout):
        raise NotImplementedError('flock')

    monkeypatch.setattr('filelock.FileLock.acquire', acquire)
    ResultFolder(tmp_path / 'clip').close()
    assert (tmp_path / 'clip' / WORK).is_dir()
