"""Folders, globs, arrays and single pictures, of every kind of pixel."""

import os

import numpy as np
import pytest
from PIL import Image

from mmmotion.apis.sources import InputError, open_source, to_rgb


def save(path, shape=(20, 30), value=100, mode='RGB'):
    size = shape[::-1]
    channels = dict(L=1, RGB=3, RGBA=4).get(mode, 1)
    color = value if channels == 1 else (value, ) * channels
    Image.new(mode, size, color).save(path)


def test_a_folder_is_read_in_the_order_of_its_numbers(tmp_path):
    for t in (10, 9, 1):
        save(tmp_path / f'frame{t}.png', value=t)
    source = open_source(tmp_path)
    assert source.name == tmp_path.name
    assert [frame[0, 0, 0] for frame in source] == [1, 9, 10]
    assert [source.frame_name(i) for i in range(3)] == [
        'frame1', 'frame9', 'frame10'
    ]  # yapf: disable


def test_a_glob_takes_what_matches(tmp_path):
    for name in ('a1.png', 'a2.png', 'b1.png'):
        save(tmp_path / name)
    source = open_source(f'{tmp_path}/a*.png', fps=12)
    assert (source.num_expected, source.fps) == (2, 12)
    with pytest.raises(InputError, match=r'no file matches .*/c\*'):
        open_source(f'{tmp_path}/c*.png')


def test_arrays_and_an_image(tmp_path):
    frames = np.zeros((3, 20, 30, 3), np.uint8)
    assert len(list(open_source(frames))) == 3
    assert len(list(open_source(list(frames)))) == 3
    assert len(list(open_source(frames[0]))) == 1
    save(tmp_path / 'one.jpg')
    assert len(list(open_source(tmp_path / 'one.jpg'))) == 1
    with pytest.raises(TypeError, match='got int'):
        open_source(3)
    with pytest.raises(InputError, match='video has no frame'):
        open_source([])


def test_other_arrays_have_another_fingerprint():
    frames = np.zeros((2, 20, 30, 3), np.uint8)
    before = open_source(frames).fingerprint()
    assert open_source(frames.copy()).fingerprint() == before
    frames[1, 3, 4] = 1
    assert open_source(frames).fingerprint() != before


def test_grey_alpha_and_16_bits_become_8_bit_rgb(tmp_path):
    save(tmp_path / 'grey.png', mode='L')
    save(tmp_path / 'alpha.png', mode='RGBA', value=128)
    deep = np.full((20, 30), 40000, np.uint16)
    Image.fromarray(deep).save(tmp_path / 'deep.png')
    first = {
        name: next(iter(open_source(tmp_path / f'{name}.png')))
        for name in ('grey', 'alpha', 'deep')
    }
    assert all(f.shape == (20, 30, 3) for f in first.values())
    assert all(f.dtype == np.uint8 for f in first.values())
    assert first['grey'][0, 0].tolist() == [100] * 3
    assert first['alpha'][0, 0].tolist() == [64] * 3  # over black
    assert first['deep'][0, 0].tolist() == [40000 >> 8] * 3


@pytest.mark.parametrize(
    'image, match',
    [
        (np.zeros((4, 4), np.float32), 'float32: here'),
        (np.zeros((4, 4, 5), np.uint8), r'\(4, 4, 5\): here'),
        (np.zeros((0, 4, 3), np.uint8), r'\(0, 4, 3\): here'),
    ],
)
def test_other_arrays_are_refused(image, match):
    with pytest.raises(InputError, match=match):
        to_rgb(image, 'here')


def test_frames_of_two_sizes_are_refused(tmp_path):
    save(tmp_path / '1.png')
    save(tmp_path / '2.png', shape=(30, 20))
    with pytest.raises(InputError, match=r'differ in size.*2\.png.*1\.png'):
        list(open_source(tmp_path))
    frames = [np.zeros((20, 30, 3), np.uint8), np.zeros((9, 9), np.uint8)]
    with pytest.raises(InputError, match=r'\(9, 9\) in frame 1'):
        list(open_source(frames))


def test_a_broken_frame_ends_the_video(tmp_path):
    for t in range(3):
        save(tmp_path / f'{t}.png')
    data = (tmp_path / '2.png').read_bytes()
    (tmp_path / '2.png').write_bytes(data[:len(data) // 2])
    source = open_source(tmp_path)
    assert len(list(source)) == 2
    assert source.is_broken
    assert 'after 2 of 3 frames' in source.warnings[0]
    (tmp_path / '0.png').write_bytes(b'no picture')
    with pytest.raises(InputError, match=r'cannot read frame .*0\.png'):
        list(open_source(tmp_path))


def test_a_folder_without_frames_says_where_there_are_some(tmp_path):
    with pytest.raises(InputError, match='no image'):
        open_source(tmp_path)
    (tmp_path / 'bear').mkdir()
    save(tmp_path / 'bear/0.png')
    with pytest.raises(InputError, match='folders of frames in it: bear'):
        open_source(tmp_path)


def test_names_of_frames_never_clash(tmp_path):
    (tmp_path / 'a').mkdir()
    (tmp_path / 'b').mkdir()
    for name in ('a/1.png', 'b/1.png'):
        save(tmp_path / name)
    source = open_source(f'{tmp_path}/*/1.png')
    assert [source.frame_name(i) for i in range(2)] == ['00000', '00001']


def test_a_pattern_takes_images_alone_where_there_are_some(tmp_path):
    save(tmp_path / '1.png')
    (tmp_path / 'notes.txt').write_text('nice clip')
    assert open_source(f'{tmp_path}/*').num_expected == 1
    (tmp_path / '1.png').rename(tmp_path / '1.picture')
    assert open_source(f'{tmp_path}/*.picture').num_expected == 1
    with pytest.raises(InputError, match=r'notes\.txt, which is no image'):
        open_source(f'{tmp_path}/*.txt')


def test_names_are_fit_for_folders(tmp_path, monkeypatch):
    (tmp_path / 'clip/inner').mkdir(parents=True)
    save(tmp_path / 'clip/1.png')
    monkeypatch.chdir(tmp_path / 'clip/inner')
    assert open_source('..').name == 'clip'
    assert open_source('../*.png').name == 'clip'
    for name in ('..', 'a/b', '/a', 'a/'):
        with pytest.raises(InputError, match='fit for a folder'):
            open_source('..', name=name)
    with pytest.raises(InputError, match='got an empty text'):
        open_source('')


def test_messages_name_short_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'a').mkdir()
    (tmp_path / 'a/1.png').write_bytes(b'no picture')
    for path in ('.//a//./*.png', './a//', 'a//1.png'):
        with pytest.raises(InputError, match=r'frame a/1\.png'):
            list(open_source(path))


def test_names_that_are_no_unicode(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b'/caf\xe9')
    os.mkdir(path)
    Image.new('RGB', (30, 20)).save(f'{path}/\udce9.png')
    source = open_source(path)
    assert source.name == 'caf\udce9' and len(source.fingerprint()) == 40
    assert len(list(source)) == 1


def test_what_cannot_be_read_is_an_input_that_is_wrong(tmp_path, monkeypatch):
    save(tmp_path / '1.png')

    def refuse(path):
        raise PermissionError(13, 'Permission denied', str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Image, 'open', refuse)
        with pytest.raises(InputError, match=r'denied: .*1\.png'):
            list(open_source(tmp_path))
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 100)
    with pytest.raises(InputError, match='exceeds limit'):
        list(open_source(tmp_path))
