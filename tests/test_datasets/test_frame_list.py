import pytest

from mmmotion.datasets.frame_list import read_frame_list


@pytest.fixture
def read(tmp_path):
    """Reader of a list file with the given lines."""

    def read(*lines, img_root='data/JPEGImages/480p', data_root='data'):
        path = tmp_path / 'list.txt'
        path.write_text('\n'.join(lines) + '\n')
        return read_frame_list(str(path), img_root, data_root)

    return read


def test_videos_keep_their_order(read):
    assert list(read('b', 'a', 'c').items()) == [('b', None), ('a', None),
                                                 ('c', None)]


def test_empty_lines_and_comments_are_left_out(read):
    assert read('# videos', '', 'a', '  ', '  # more', 'b') == {
        'a': None,
        'b': None
    }


@pytest.mark.parametrize(
    'line',
    [
        '/JPEGImages/480p/a/00003.jpg /Annotations/480p/a/00003.png',
        'JPEGImages/480p/a/00003.jpg',
        'a/00003.jpg',
        'a/00003.JPG',
    ],
)
def test_images_start_from_the_data_root_or_from_the_videos(read, line):
    assert read(line) == {'a': {'00003'}}


def test_the_images_of_a_video_are_collected(read):
    listed = read('a/1.png', 'b/1.png', 'a/2.png')
    assert listed == {'a': {'1', '2'}, 'b': {'1'}}


def test_the_frames_may_follow_the_name_of_the_video(read):
    lines = 'JPEGImages/480p/a 1.png 2 3.jpg', 'a 4.png', 'b', 'b 1.png'
    assert read(*lines) == {'a': {'1', '2', '3', '4'}, 'b': None}


@pytest.mark.parametrize('lines', [('a', 'a/1.png'), ('a/1.png', 'a')])
def test_a_whole_video_includes_its_listed_images(read, lines):
    assert read(*lines) == {'a': None}


def test_folders_between_root_and_video_belong_to_its_name(read):
    assert read('day/a/1.png', 'night/a') == {'day/a': {'1'}, 'night/a': None}


def test_a_point_in_the_name_of_a_video_is_no_suffix(read):
    assert read('take.2', 'take.3/7.png') == {'take.2': None, 'take.3': {'7'}}


def test_a_name_may_have_spaces(read, tmp_path):
    (tmp_path / 'my clip').mkdir()
    (tmp_path / 'my clip' / '0 a.jpg').touch()
    roots = dict(img_root=str(tmp_path), data_root=str(tmp_path))
    assert read('my clip', 'a 0.jpg', **roots) == {'my clip': None, 'a': {'0'}}
    assert read('my clip/0 a.jpg', **roots) == {'my clip': {'0 a'}}


def test_a_missing_list_is_named(tmp_path):
    path = str(tmp_path / 'none.txt')
    with pytest.raises(FileNotFoundError, match=r'none\.txt \(ann_file\)'):
        read_frame_list(path, 'img', 'data')


def test_a_list_of_nothing_is_named(read):
    with pytest.raises(ValueError, match=r'list file is empty: .*list\.txt'):
        read('# nothing', '')
