import csv

import cv2
import numpy as np
import pytest

from mmmotion.visualization import write_video


@pytest.fixture
def tool(load_tool):
    return load_tool('analysis_tools/compare_results.py')


def mask(width, value=255, size=(24, 32)):
    """The ``width`` left columns of 32 are the object."""
    image = np.zeros(size, np.uint8)
    image[:, :width * size[1] // 32] = value
    return image


@pytest.fixture
def write(tmp_path):
    """Write masks by video; frames are named by their position."""

    def write(name, videos, inner='', **kwargs):
        for video, widths in videos.items():
            folder = tmp_path / name / video / inner
            folder.mkdir(parents=True, exist_ok=True)
            for index, width in enumerate(widths):
                path = folder / f'{index:05d}.png'
                cv2.imwrite(str(path), mask(width, **kwargs))
        return str(tmp_path / name)

    return write


@pytest.fixture
def arguments(tmp_path, write):
    """Folders of annotations, two results and frames for two videos."""
    truth = write('truth', dict(cat=[8, 8, 8], dog=[16, 16, 16]))
    one = write('one', dict(cat=[8, 4, 8], dog=[16, 16, 12]))
    two = write(
        'two', dict(cat=[8, 8, 2], dog=[4, 16, 16]), 'masks', value=1,
        size=(48, 64)
    )  # yapf: disable
    for video in ('cat', 'dog'):
        folder = tmp_path / 'frames' / video
        folder.mkdir(parents=True)
        for index in range(3):
            grey = np.full((24, 32, 3), 90, np.uint8)
            cv2.imwrite(str(folder / f'{index:05d}.jpg'), grey)
    return [
        f'first={one}', two, '--frames', str(tmp_path / 'frames'), '--out',
        str(tmp_path / 'out'), '--height', '24', '--annotations', truth
    ]  # yapf: disable


def table(tmp_path):
    with open(tmp_path / 'out' / 'sequences.csv', newline='') as file:
        header, *rows = csv.reader(file)
    return header, {name: list(map(float, row)) for name, *row in rows}


def test_table_has_j_by_sequence_and_their_mean(
    tool, arguments, tmp_path, capsys
):
    tool.main(arguments)
    header, rows = table(tmp_path)
    assert header == ['sequence', 'J first', 'J two']
    assert rows['cat'] == pytest.approx([2.5 / 3, 2.25 / 3])
    assert rows['dog'] == pytest.approx([2.75 / 3, 2.25 / 3])
    assert rows['mean'] == pytest.approx([2.625 / 3, 2.25 / 3])
    assert '| mean     |   0.875 | 0.750 |' in capsys.readouterr().out


def test_without_annotations_results_are_compared_with_the_first(
    tool, arguments, tmp_path
):
    tool.main(arguments[:-2])
    header, rows = table(tmp_path)
    assert header == ['sequence', 'IoU two, first']
    assert rows['cat'] == pytest.approx([(1 + 0.5 + 0.25) / 3])


def test_worst_frames_come_from_all_videos_before_any_has_two(tool):
    scores = [
        tool.Score('cat', '0', (0.1, 0.9)), tool.Score('cat', '1', (0.2, 0.9)),
        tool.Score('dog', '0', (0.8, 0.5)), tool.Score('dog', '1', (0.9, 0.9))
    ]  # yapf: disable
    chosen = [(s.video, s.frame) for s in tool.choose_worst(scores, 2)]
    assert chosen == [('cat', '0'), ('dog', '0')]
    chosen = [(s.video, s.frame) for s in tool.choose_worst(scores, 3)]
    assert chosen == [('cat', '0'), ('cat', '1'), ('dog', '0')]


def test_sheet_shows_frame_results_and_annotation(tool, arguments, tmp_path):
    tool.main([*arguments, '--num', '1'])
    sheet = cv2.imread(str(tmp_path / 'out' / 'worst_frames.png'))[18:]
    assert sheet.shape == (24, 4 * 32 + 3 * 4, 3)
    picture, one, two, truth = (sheet[:, i:i + 32] for i in range(0, 140, 36))
    np.testing.assert_allclose(picture, 90, atol=2)

    def width(tile):
        return int((abs(tile[12].astype(int) - 90) > 8).any(-1).sum())

    # Frame 2 of cat, or 0 of dog: both have 0.25; the first one is drawn.
    assert [width(one), width(two), width(truth)] == [8, 2, 8]


def test_pictures_of_any_suffix_are_found(tool, arguments, tmp_path):
    for path in (tmp_path / 'frames').rglob('*.jpg'):
        path.rename(path.with_suffix('.JPG'))
    (tmp_path / 'one').rename(tmp_path / 'lr=1')
    tool.main([str(tmp_path / 'lr=1'), *arguments[1:]])
    assert table(tmp_path)[0] == ['sequence', 'J lr=1', 'J two']
    assert tool.split_name(f'first={tmp_path}/a=b')[0] == 'first'


def test_pictures_may_be_frames_of_a_video(tool, tmp_path):
    frames = np.full((3, 24, 32, 3), 60, np.uint8)
    frames *= np.array([1, 2, 3], np.uint8)[:, None, None, None]
    write_video(tmp_path / 'a[1].mp4', frames, 5)
    (tmp_path / 'a[1].json').write_text('{}')
    image = tool.read_frame(tmp_path, 'a[1]', '00001')
    np.testing.assert_allclose(image, frames[1], atol=4)
    with pytest.raises(FileNotFoundError,
                       match=r'or a video a\[1\] with this'):
        tool.read_frame(tmp_path, 'a[1]', '00003')


def test_two_results_of_one_name_are_refused(tool, capsys):
    for results in (['a/masks', 'b/masks'], ['masks=a', 'b/masks']):
        with pytest.raises(SystemExit):
            tool.parse_args([*results, '--frames', 'x'])
        expected = 'expected different names, got masks twice: NAME=FOLDER'
        assert expected in capsys.readouterr().err
    args = tool.parse_args(['a/masks', 'b=b/masks', '--frames', 'x'])
    assert [name for name, _ in args.results] == ['masks', 'b']


def test_what_is_missing_is_named(tool, arguments, write, tmp_path, capsys):
    with pytest.raises(SystemExit):
        tool.parse_args(['one', '--frames', 'x'])
    assert 'two results or more' in capsys.readouterr().err
    other = write('other', dict(cow=[4]))
    with pytest.raises(FileNotFoundError, match='no frame has a mask in all'):
        tool.main([other, *arguments[1:]])
    with pytest.raises(FileNotFoundError, match='nothing, found none'):
        tool.main([str(tmp_path / 'nothing'), *arguments[1:]])
    (tmp_path / 'frames' / 'cat' / '00002.jpg').unlink()
    with pytest.raises(FileNotFoundError, match=r'frames/cat/00002 with one'):
        tool.main(arguments)
