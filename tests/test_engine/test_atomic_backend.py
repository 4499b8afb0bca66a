import os

import pytest
from mmengine.fileio import get_file_backend

from mmmotion.engine import AtomicBackend, atomic_backend, write_atomically


def test_registered_under_its_name(tmp_path):
    backend = get_file_backend(backend_args=dict(backend='atomic'))
    assert isinstance(backend, AtomicBackend)
    path = tmp_path / 'new' / 'x.txt'
    backend.put(b'bytes', path)
    assert path.read_bytes() == b'bytes'
    backend.put_text('grün', path)
    assert path.read_text(encoding='utf-8') == 'grün'
    assert os.listdir(path.parent) == ['x.txt']


@pytest.mark.parametrize('step', ['fsync', 'replace'])
def test_failure_leaves_the_old_file(tmp_path, monkeypatch, step):
    path = tmp_path / 'x.pth'
    path.write_bytes(b'old')

    def fail(*_):
        raise OSError('disk full')

    monkeypatch.setattr(atomic_backend.os, step, fail)
    with pytest.raises(OSError, match='disk full'):
        write_atomically(b'new', path)
    assert path.read_bytes() == b'old'
    assert os.listdir(tmp_path) == ['x.pth']
