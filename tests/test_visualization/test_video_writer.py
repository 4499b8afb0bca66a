import errno
import logging
import sys

import cv2
import numpy as np
import pytest

from mmmotion.visualization import video_writer, write_video


@pytest.fixture
def av():
    return pytest.importorskip(
        'av', reason="PyAV, of the extra 'video', is not installed"
    )


def bars(num_frames=5, height=48, width=64):
    """A green stripe that moves right by 8 pixels a frame, on red."""
    for index in range(num_frames):
        frame = np.full((height, width, 3), (200, 30, 60), np.uint8)
        frame[:, 8 * index:8 * index + 8] = (20, 180, 40)
        yield frame


def decode(path):
    video = cv2.VideoCapture(str(path))
    frames = []
    while (read := video.read())[0]:
        frames.append(read[1][..., ::-1])
    return np.array(frames), video.get(cv2.CAP_PROP_FPS)


def test_frames_come_back_in_order_and_colour(av, tmp_path):
    path = tmp_path / 'new' / 'a.mp4'
    write_video(path, bars(), 30000 / 1001)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert float(stream.average_rate) == pytest.approx(30000 / 1001)
        context = stream.codec_context
        assert context.name == 'h264' and context.pix_fmt == 'yuv420p'
        assert context.colorspace == 1 and context.color_range == 1
        decoded = [
            frame.reformat(format='rgb24',
                           src_colorspace='ITU709').to_ndarray()
            for frame in container.decode(0)
        ]
    assert len(decoded) == 5
    for given, read in zip(bars(), decoded):
        # Colour has half the resolution, so that edges are not compared.
        same = abs(given.astype(int) - read.astype(int)).max(axis=-1) < 16
        assert same.mean() > 0.9


def test_index_stands_before_the_pictures(av, tmp_path):
    write_video(tmp_path / 'a.mp4', bars(), 25)
    data = (tmp_path / 'a.mp4').read_bytes()
    assert 0 < data.find(b'moov') < data.find(b'mdat')


def test_an_hour_between_two_frames(av, tmp_path):
    write_video(tmp_path / 'a.mp4', bars(), 1 / 3600)
    with av.open(str(tmp_path / 'a.mp4')) as container:
        assert container.streams.video[0].average_rate * 3600 == 1


@pytest.mark.parametrize('with_pyav', [True, False])
def test_odd_sides_are_padded(av, tmp_path, monkeypatch, with_pyav):
    if not with_pyav:
        monkeypatch.setattr(video_writer, '_find_encoder', lambda: None)
    write_video(tmp_path / 'a.mp4', bars(3, height=47, width=63), 25)
    frames, _ = decode(tmp_path / 'a.mp4')
    assert frames.shape == (3, 48, 64, 3)
    np.testing.assert_allclose(frames[:, -1, 60], frames[:, -2, 60], atol=12)


def test_frames_are_taken_one_at_a_time(av, tmp_path):
    alive = []

    class Frame(np.ndarray):

        def __del__(self):
            alive.remove(id(self))

    def frames():
        for frame in bars(40, width=320):
            frame = frame.view(Frame)
            alive.append(id(frame))
            assert len(alive) < 4
            yield frame

    write_video(tmp_path / 'a.mp4', frames(), 25)
    assert len(decode(tmp_path / 'a.mp4')[0]) == 40


@pytest.fixture
def without_pyav(monkeypatch):
    monkeypatch.setattr(video_writer, '_find_encoder', lambda: None)


def test_without_pyav_opencv_writes_and_a_warning_says_so(
    without_pyav, tmp_path, monkeypatch
):
    said = []
    monkeypatch.setattr(
        video_writer, 'print_log',
        lambda text, logger, level: said.append((text, level))
    )
    write_video(tmp_path / 'a.mp4', bars(), 12.5)
    frames, fps = decode(tmp_path / 'a.mp4')
    assert frames.shape == (5, 48, 64, 3) and fps == pytest.approx(12.5)
    assert abs(frames[3, 20, 27].astype(int) - (20, 180, 40)).max() < 25
    assert "pip install 'mmmotion[video]'" in said[0][0]
    assert said[0][1] == logging.WARNING


def test_no_encoder_at_all_names_what_to_install(
    without_pyav, tmp_path, monkeypatch
):
    monkeypatch.setattr(video_writer, '_FALLBACKS', ())
    with pytest.raises(RuntimeError, match=r'a\.mp4.*install PyAV'):
        write_video(tmp_path / 'a.mp4', bars(), 25)


def test_a_failure_half_way_keeps_the_old_file_and_leaves_no_other(
    av, tmp_path
):
    path = tmp_path / 'a.mp4'
    path.write_text('old')

    def frames():
        yield from bars()
        raise OSError('camera is gone')

    with pytest.raises(OSError, match='camera is gone'):
        write_video(path, frames(), 25)
    assert [file.name for file in tmp_path.iterdir()] == ['a.mp4']
    assert path.read_text() == 'old'


@pytest.mark.parametrize('with_pyav', [True, False])
def test_a_full_disk_is_an_error(av, tmp_path, monkeypatch, with_pyav):
    resource = pytest.importorskip('resource', reason='only POSIX has limits')
    if not with_pyav:
        monkeypatch.setattr(video_writer, '_find_encoder', lambda: None)
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (4, 96, 128, 3), np.uint8)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, old[1]))
    try:
        with pytest.raises(OSError, match=r'a\.mp4') as caught:
            write_video(tmp_path / 'a.mp4', noise, 25)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert caught.value.errno in (errno.ENOSPC, errno.EFBIG)
    assert list(tmp_path.iterdir()) == []


GREY = np.zeros((4, 4), np.uint8)
SMALL, LARGE = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 6, 3), np.uint8)


@pytest.mark.parametrize(
    'frames, fps, name, message', [
        ([], 25, 'a.mp4', r'a\.mp4: a video needs at least one frame'),
        ([SMALL], 0, 'a.mp4', 'fps must be a positive number, got 0'),
        ([SMALL], float('nan'), 'a.mp4', 'fps must be .* got nan'),
        ([SMALL], 25, 'a.avi', r'called \*\.mp4, got .*a\.avi'),
        ([GREY], 25, 'a.mp4', r'frame 0 must be .* got shape \(4, 4\)'),
        ([SMALL / 2], 25, 'a.mp4', 'frame 0 must be .* type float64'),
        ([SMALL, LARGE], 25, 'a.mp4', r'\(4, 4\) and from frame 1 on'),
    ]
)
def test_impossible_input_is_refused(tmp_path, frames, fps, name, message):
    with pytest.raises(ValueError, match=message):
        write_video(tmp_path / name, frames, fps)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != 'linux', reason='Linux alone')
@pytest.mark.parametrize('with_pyav', [True, False])
@pytest.mark.parametrize('name', ['12:30/a', 'uml\udce4ut/a', 'b/\udce4'])
def test_any_name_will_do(tmp_path, monkeypatch, name, with_pyav):
    if with_pyav:
        pytest.importorskip('av')
    else:
        monkeypatch.setattr(video_writer, '_find_encoder', lambda: None)
    monkeypatch.chdir(tmp_path)
    write_video(f'{name}.mp4', bars(), 25)
    assert (tmp_path / f'{name}.mp4').stat().st_size > 0
