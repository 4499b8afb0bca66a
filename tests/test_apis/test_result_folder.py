import errno
import os

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


@pytest.mark.filterwarnings('ignore:flock not supported')
@pytest.mark.parametrize('number', [errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP])
def test_a_file_system_without_locks_is_used_without(
    tmp_path, monkeypatch, number
):
    fcntl = pytest.importorskip('fcntl')

    def refuse(*args):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, 'flock', refuse)
    ResultFolder(tmp_path / 'clip').close()
    assert (tmp_path / 'clip' / WORK).is_dir()
