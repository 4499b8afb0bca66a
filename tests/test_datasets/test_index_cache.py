import multiprocessing
import os

import numpy as np
import pytest

from mmmotion.datasets import index_cache, video_index
from mmmotion.datasets.index_cache import load_index

LONG_AGO = 10**9  # nanoseconds


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Three videos, whose folders changed at the seconds 1, 2 and 3."""
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path / 'home'))
    root = tmp_path / 'data' / 'JPEGImages'
    for second, (name, num_frames) in enumerate(dict(b=3, a=12, c=1).items(),
                                                1):
        folder = root / name
        folder.mkdir(parents=True)
        for t in range(num_frames):
            (folder / f'{t}.jpg').touch()
        (folder / 'notes.txt').touch()
        os.utime(folder, ns=(second * LONG_AGO, ) * 2)
    return root


@pytest.fixture
def listed(monkeypatch):
    """Names of the folders that were looked into."""
    names = []
    original = video_index.list_frame_names

    def list_frame_names(folder):
        names.append(folder.name)
        return original(folder)

    monkeypatch.setattr(video_index, 'list_frame_names', list_frame_names)
    return names


@pytest.fixture
def messages(monkeypatch):
    texts = []
    monkeypatch.setattr(
        index_cache, 'print_log', lambda text, **kwargs: texts.append(text)
    )
    return texts


def content(index):
    return {
        index.video(n): [bytes(file).decode() for file in index.files_of(n)]
        for n in range(len(index))
    }


def files(count):
    return [f'{t}.jpg' for t in range(count)]


def cached(root):
    return root.with_name('JPEGImages.index.npz')


def test_videos_are_sorted_and_frames_in_temporal_order(root):
    index = load_index(str(root))
    assert content(index) == dict(a=files(12), b=files(3), c=files(1))
    assert list(content(index)) == ['a', 'b', 'c']
    assert index.offsets.tolist() == [0, 12, 15, 16]


def test_the_second_start_lists_no_folder(root, listed, messages):
    first = load_index(str(root))
    assert sorted(listed) == ['a', 'b', 'c']
    assert 'listing the frames of 3 videos' in messages[0]
    assert messages[1].endswith(f'kept in {cached(root)}')
    del listed[:], messages[:]
    assert content(load_index(str(root))) == content(first)
    assert not listed and not messages


def test_only_what_changed_is_listed_again(root, listed, messages):
    load_index(str(root))
    del listed[:], messages[:]
    (root / 'b' / '3.jpg').touch()
    os.utime(root / 'b', ns=(9 * LONG_AGO, ) * 2)
    (root / 'c' / '0.jpg').unlink()
    (root / 'c').rename(root / 'd')
    os.utime(root / 'd', ns=(9 * LONG_AGO, ) * 2)
    index = load_index(str(root))
    assert content(index) == dict(a=files(12), b=files(4), d=[])
    assert listed == ['b', 'd']
    assert '2 new or changed ones of 3 videos' in messages[0]
    del listed[:]
    load_index(str(root))
    assert not listed


def test_a_folder_that_just_changed_is_not_trusted(root, listed):
    os.utime(root / 'a')  # now: the next change may have the same time
    load_index(str(root))
    del listed[:]
    load_index(str(root))
    assert listed == ['a']


@pytest.mark.parametrize('damage', ['empty', 'half', 'other', 'version'])
def test_a_damaged_list_is_made_again(root, damage, messages):
    expected = content(load_index(str(root)))
    data = cached(root).read_bytes()
    if damage == 'version':
        np.savez(cached(root), version=np.array(0))
    else:
        text = dict(empty=b'', half=data[:len(data) // 2], other=b'hello')
        cached(root).write_bytes(text[damage])
    del messages[:]
    assert content(load_index(str(root))) == expected
    warned = [text for text in messages if 'cannot be read' in text]
    assert len(warned) == (damage != 'version')
    assert all(str(cached(root)) in text for text in warned)
    assert cached(root).read_bytes() == data


def test_where_the_data_are_read_only_the_users_cache_serves(
    root, tmp_path, listed, messages
):
    cached(root).mkdir()  # where no file can be written, whoever asks
    load_index(str(root))
    (kept, ) = (tmp_path / 'home' / 'mmmotion').iterdir()
    assert messages[-1].endswith(f'kept in {kept}')
    del listed[:]
    load_index(str(root))
    assert not listed


def test_without_any_place_the_list_is_not_kept(root, tmp_path, messages):
    (tmp_path / 'file').touch()
    load_index(str(root), str(tmp_path / 'file' / 'below'))
    assert 'cannot be kept' in messages[-1]
    assert 'Not a directory' in messages[-1]


def test_a_newer_list_elsewhere_wins(root, tmp_path, listed):
    load_index(str(root))
    old = cached(root).read_bytes()
    os.utime(root / 'a', ns=(9 * LONG_AGO, ) * 2)
    cached(root).unlink()
    cached(root).mkdir()
    load_index(str(root))
    cached(root).rmdir()
    cached(root).write_bytes(old)
    del listed[:]
    load_index(str(root))
    assert not listed


def test_two_data_sets_share_a_folder_of_lists(root, tmp_path):
    other = tmp_path / 'other' / 'JPEGImages'
    (other / 'x').mkdir(parents=True)
    (other / 'x' / '0.png').touch()
    for _ in range(2):
        assert len(load_index(str(root), str(tmp_path / 'lists'))) == 3
        assert len(load_index(str(other), str(tmp_path / 'lists'))) == 1


def test_several_processes_may_start_at_once(root):
    context = multiprocessing.get_context('fork')  # the others start slowly
    barrier = context.Barrier(4)

    def start():
        barrier.wait(60)
        assert content(load_index(str(root))) == expected

    expected = dict(a=files(12), b=files(3), c=files(1))
    processes = [context.Process(target=start) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert {path.name
            for path in root.parent.iterdir()
            } == {'JPEGImages', 'JPEGImages.index.npz'}


def test_names_may_have_any_letters(root):
    folder = root / 'Köln'
    folder.mkdir()
    (folder / 'äö.jpg').touch()
    for _ in range(2):
        index = load_index(str(root))
        number = index.numbers()['Köln']
        assert index.file(int(index.offsets[number])) == 'äö.jpg'


def test_a_folder_without_images_is_an_error(tmp_path):
    (tmp_path / 'video').mkdir()
    with pytest.raises(FileNotFoundError, match=str(tmp_path)):
        load_index(str(tmp_path), str(tmp_path))


def test_frames_that_share_a_name_are_an_error(root):
    (root / 'b' / '1.png').touch()
    with pytest.raises(ValueError, match=f'share a name in {root / "b"}'):
        load_index(str(root))
