import os

from mmengine.fileio import get_file_backend

from mmmotion.engine import AtomicBackend


def test_registered_under_its_name(tmp_path):
    backend = get_file_backend(backend_args=dict(backend='atomic'))
    assert isinstance(backend, AtomicBackend)
    path = tmp_path / 'new' / 'x.txt'
    backend.put(b'bytes', path)
    assert path.read_bytes() == b'bytes'
    backend.put_text('grün', path)
    assert path.read_text(encoding='utf-8') == 'grün'
    assert os.listdir(path.parent) == ['x.txt']
