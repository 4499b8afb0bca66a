import multiprocessing
import pickle

import pytest

from mmmotion.datasets.errors import (
    BrokenFiles,
    MissingFileError,
    SampleError,
)


@pytest.mark.parametrize('kind', [SampleError, MissingFileError])
def test_message_and_path_survive_the_way_between_processes(kind):
    error = pickle.loads(pickle.dumps(kind('a.jpg is damaged', '/d/a.jpg')))
    assert type(error) is kind
    assert str(error) == 'a.jpg is damaged'
    assert error.path == '/d/a.jpg'


@pytest.mark.parametrize('kind', [SampleError, MissingFileError])
def test_the_message_alone_is_enough(kind):
    # A data loader raises the errors of its workers anew in this way.
    error = kind('Caught an error in worker 0')
    assert str(error) == 'Caught an error in worker 0'
    assert error.path == ''


def test_a_missing_file_may_be_caught_by_either_name():
    error = MissingFileError('no flow', '/d/a.npy')
    assert isinstance(error, SampleError)
    assert isinstance(error, FileNotFoundError)
    assert error.filename is None


def test_each_file_counts_once():
    broken = BrokenFiles()
    assert len(broken) == 0
    assert broken.add('a.jpg')
    assert broken.add('b.jpg')
    assert broken.add('caf\udce9.jpg')  # a name that is not UTF-8
    assert not broken.add('a.jpg')
    assert len(broken) == 3


def _add(broken, name):
    broken.add(name)


def test_processes_share_what_they_found():
    broken = BrokenFiles()
    broken.add('a.jpg')
    context = multiprocessing.get_context('fork')
    for name in ('a.jpg', 'b.jpg'):
        process = context.Process(target=_add, args=(broken, name))
        process.start()
        process.join()
    assert len(broken) == 2
    assert not broken.add('b.jpg')
