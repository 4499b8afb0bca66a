import numpy as np
import pytest
from PIL import Image

from mmmotion.flow import list_videos, read_frame
from mmmotion.flow.frames import (
    Video,
    check_videos,
    frame_size,
    list_frames,
    natural_key,
    resize_frame,
)


def picture(path, size=(8, 6), **kwargs):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new('RGB', size, (200, 0, 0)).save(path, **kwargs)
    return str(path)


def test_frames_come_in_temporal_order(tmp_path):
    for number in (10, 9, 1):
        picture(tmp_path / f'frame_{number}.png')
    (tmp_path / 'notes.txt').touch()
    (tmp_path / '.hidden.png').touch()
    names = [path.rsplit('/', 1)[1] for path in list_frames(tmp_path)]
    assert names == ['frame_1.png', 'frame_9.png', 'frame_10.png']


def test_zero_padded_names_keep_their_alphabetical_order():
    names = [f'{n:05d}_{m:02d}.jpg' for n in (0, 9, 10, 99) for m in (1, 12)]
    assert sorted(names, key=natural_key) == sorted(names)


def test_a_folder_of_frames_is_one_video(tmp_path):
    path = picture(tmp_path / 'clip' / '0.JPG', format='JPEG')
    assert list_videos(tmp_path / 'clip') == [Video('clip', (path, ))]


def test_a_folder_of_folders_is_one_video_each(tmp_path):
    paths = [picture(tmp_path / name / '0.png') for name in ('a', 'b')]
    (tmp_path / 'empty').mkdir()
    picture(tmp_path / '.thumbnails' / '0.png')
    expected = [Video('a', (paths[0], )), Video('b', (paths[1], ))]
    assert list_videos(tmp_path) == expected


def test_folders_without_a_clear_meaning_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match='nowhere'):
        list_videos(tmp_path / 'nowhere')
    with pytest.raises(ValueError, match='holds no image'):
        list_videos(tmp_path)
    picture(tmp_path / 'a' / '0.png')
    picture(tmp_path / 'stray.png')
    with pytest.raises(ValueError, match=r'both frames \(stray\.png'):
        list_videos(tmp_path)


def test_frames_are_rgb_and_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    path = picture(tmp_path / 'a.jpg', (8, 16), quality=95, exif=exif)
    frame = read_frame(path)
    assert frame.shape == (8, 16, 3)
    assert frame_size(path) == (8, 16)
    assert (frame[..., 0] > 150).all() and (frame[..., 2] < 50).all()


@pytest.mark.parametrize('suffix', ['jpg', 'png'])
def test_broken_frames_are_refused_by_name(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    path = tmp_path / f'broken.{suffix}'
    Image.fromarray(noise).save(path)
    for length in (len(path.read_bytes()) // 2, 10, 0):
        path.write_bytes(path.read_bytes()[:length])
        with pytest.raises(ValueError, match='broken'):
            read_frame(path)
    with pytest.raises(FileNotFoundError, match=r'gone\.png'):
        read_frame(tmp_path / 'gone.png')


def test_16_bit_images_are_refused(tmp_path):
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(tmp_path / 'deep.png')
    with pytest.raises(ValueError, match=r'deep\.png.*8 bits'):
        read_frame(tmp_path / 'deep.png')


def test_shrinking_a_frame_averages():
    img = np.zeros((4, 4, 3), np.uint8)
    img[::2, ::2] = 200
    assert resize_frame(img, (2, 2)).tolist() == [[[50] * 3] * 2] * 2


def test_names_that_would_share_a_file_are_refused():
    with pytest.raises(ValueError, match="named 'a'"):
        check_videos([Video('a', ()), Video('a', ())])
    with pytest.raises(ValueError, match=r'a/0\.jpg, a/0\.png'):
        check_videos([Video('a', ('a/0.jpg', 'a/0.png'))])
