"""Video files, whole and broken, by both decoders."""

import sys

import cv2
import numpy as np
import pytest

from mmmotion.apis.sources import InputError, VideoFile, open_source
from mmmotion.apis.sources.video_file import turn_upright
from mmmotion.visualization import write_video

SIZE = (48, 64)


def make_frames(count=12, size=SIZE):
    """Frames whose brightness counts."""
    return [np.full((*size, 3), 10 + 15 * t, np.uint8) for t in range(count)]


def write_avi(path, frames, fps=10.0):
    height, width = frames[0].shape[:2]
    code = cv2.VideoWriter.fourcc(*'MJPG')
    writer = cv2.VideoWriter(str(path), code, fps, (width, height))
    for frame in frames:
        writer.write(frame)
    writer.release()


@pytest.fixture(params=['pyav', 'opencv'])
def decoder(request):
    if request.param == 'pyav':
        pytest.importorskip('av')
    return request.param


@pytest.fixture
def avi(tmp_path):
    path = tmp_path / 'clip.avi'
    write_avi(path, make_frames())
    return path


def test_frames_come_in_order_and_can_be_read_again(avi, decoder):
    source = VideoFile(avi, 'clip', decoder=decoder)
    assert (source.fps, source.num_expected) == (10, 12)
    for _ in range(2):
        frames = list(source)
        assert len(frames) == 12
        assert frames[0].shape == (*SIZE, 3)
        found = [int(frame.mean()) for frame in frames]
        assert found == pytest.approx(list(range(10, 190, 15)), abs=3)
    assert not source.warnings and not source.is_broken


def test_a_file_cut_in_half_keeps_what_was_decoded(tmp_path, decoder):
    rng = np.random.default_rng(0)
    avi = tmp_path / 'clip.avi'
    noise = rng.integers(0, 256, (12, *SIZE, 3), np.uint8)
    write_avi(avi, list(noise))
    data = avi.read_bytes()
    avi.write_bytes(data[:len(data) * 6 // 10])
    source = VideoFile(avi, 'clip', decoder=decoder)
    count = len(list(source))
    assert 3 <= count < 12
    if source.num_expected is not None:  # an index may be lost with the end
        assert source.is_broken
        assert 'clip.avi is broken' in source.warnings[0]


@pytest.mark.parametrize('suffix', ['mp4', 'mkv'])
def test_a_file_that_ends_too_early_says_so(tmp_path, suffix):
    """Matroska does not count its frames, but knows how long they last."""
    av = pytest.importorskip('av')
    path = tmp_path / f'clip.{suffix}'
    write_encoded(av, path, make_frames() * 2)
    assert not list_warnings(path)
    data = path.read_bytes()
    path.write_bytes(data[:len(data) * 45 // 100])
    source = VideoFile(path, 'clip')
    count = len(list(source))
    assert 0 < count < 24
    assert source.is_broken
    assert f'after {count}' in source.warnings[0]


def test_frames_before_the_first_that_is_shown_are_not_missed(tmp_path):
    """As cutting without encoding again leaves them."""
    av = pytest.importorskip('av')
    whole, cut = tmp_path / 'whole.mp4', tmp_path / 'cut.mp4'
    write_encoded(av, whole, make_frames() * 2)
    with av.open(str(whole)) as old, av.open(str(cut), 'w') as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        hidden = int(6 / old.streams.video[0].time_base)  # 12 of 24 frames
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.pts -= hidden
                packet.dts -= hidden
                packet.stream = stream
                new.mux(packet)
    source = VideoFile(cut, 'cut', decoder='pyav')
    assert source.num_expected == len(list(source)) == 12
    assert not source.is_broken and not source.warnings


def test_sound_that_goes_on_is_no_missing_picture(tmp_path, decoder):
    """Matroska counts no frames, and its duration is that of all streams."""
    av = pytest.importorskip('av')
    path = tmp_path / 'clip.mkv'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('mpeg4', rate=10)
        stream.height, stream.width = SIZE
        sound = container.add_stream('pcm_s16le', rate=8000, layout='mono')
        silence = av.AudioFrame.from_ndarray(
            np.zeros((1, 8000), np.int16), layout='mono'
        )
        silence.sample_rate = 8000
        for frame in make_frames():
            picture = av.VideoFrame.from_ndarray(frame)
            for packet in stream.encode(picture):
                container.mux(packet)
        for second in range(6):
            silence.pts = 8000 * second
            for packet in sound.encode(silence):
                container.mux(packet)
        for packet in (*stream.encode(), *sound.encode()):
            container.mux(packet)
    source = VideoFile(path, 'clip', decoder=decoder)
    assert len(list(source)) == 12
    assert not source.is_broken
    # OpenCV cannot tell this from a file that was cut off.
    told = [text for text in source.warnings if 'may have been cut' in text]
    assert source.warnings == told and bool(told) == (decoder == 'opencv')


@pytest.mark.parametrize('suffix', ['mkv', 'webm'])
def test_opencv_says_that_a_file_may_be_cut(tmp_path, suffix):
    av = pytest.importorskip('av')
    path = tmp_path / f'clip.{suffix}'
    with av.open(str(path), 'w') as container:
        codec = 'libvpx' if suffix == 'webm' else 'mpeg4'
        stream = container.add_stream(codec, rate=10)
        stream.height, stream.width = SIZE
        for frame in make_frames() * 3:
            picture = av.VideoFrame.from_ndarray(frame)
            for packet in stream.encode(picture):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    source = VideoFile(path, 'clip', decoder='opencv')
    assert len(list(source)) == 36 and not source.warnings
    data = path.read_bytes()
    path.write_bytes(data[:len(data) // 2])
    source = VideoFile(path, 'clip', decoder='opencv')
    count = len(list(source))
    assert 0 < count < 36
    assert f'of 36 frames, and {count} were found' in source.warnings[0]


@pytest.mark.skipif(sys.platform != 'linux', reason='Linux alone')
@pytest.mark.parametrize('name', ['12:30:00.avi', 'uml\udce4ut.avi'])
def test_any_name_will_do(avi, decoder, monkeypatch, name):
    avi.rename(avi.with_name(name))
    monkeypatch.chdir(avi.parent)
    assert len(list(VideoFile(name, 'clip', decoder=decoder))) == 12


def test_frames_that_wait_for_others_are_kept_too(tmp_path):
    """H.264 shows frames in another order than it stores them."""
    av = pytest.importorskip('av')
    path = tmp_path / 'clip.mp4'
    rng = np.random.default_rng(0)
    write_video(path, rng.integers(0, 256, (24, *SIZE, 3), np.uint8), 12)
    data = path.read_bytes()
    middle = len(data) * 6 // 10
    path.write_bytes(data[:middle] + rng.bytes(2000) + data[middle + 2000:])
    with av.open(str(path)) as container, pytest.raises(av.error.FFmpegError):
        shown = 0
        for _ in container.decode(video=0):
            shown += 1
    source = VideoFile(path, 'clip')
    assert len(list(source)) > shown
    assert source.is_broken


def list_warnings(path):
    source = VideoFile(path, 'clip')
    assert len(list(source)) == 24
    return source.warnings


def write_encoded(av, path, frames):
    options = dict(movflags='faststart') if path.suffix == '.mp4' else {}
    with av.open(str(path), 'w', options=options) as container:
        stream = container.add_stream('mpeg4', rate=2)
        stream.height, stream.width = frames[0].shape[:2]
        rng = np.random.default_rng(0)
        for frame in frames:
            noisy = frame + rng.integers(0, 30, frame.shape, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(noisy)):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)


def test_what_is_no_video_is_refused(tmp_path, decoder):
    path = tmp_path / 'notes.mp4'
    path.write_text('this is not a video')
    with pytest.raises(InputError, match=r'not a video.*notes\.mp4'):
        VideoFile(path, 'notes', decoder=decoder)
    path.write_bytes(b'')
    with pytest.raises(InputError, match=r'empty: .*notes\.mp4'):
        open_source(path)
    with pytest.raises(FileNotFoundError, match=r'no file .*lost\.mp4'):
        open_source(tmp_path / 'lost.mp4')


def test_a_file_without_pictures_is_refused(tmp_path):
    av = pytest.importorskip('av')
    path = tmp_path / 'sound.wav'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('pcm_s16le', rate=8000)
        sound = av.AudioFrame.from_ndarray(
            np.zeros((1, 800), np.int16), layout='mono'
        )
        sound.rate = 8000
        for packet in [*stream.encode(sound), *stream.encode()]:
            container.mux(packet)
    with pytest.raises(InputError, match=r'no video stream in .*sound\.wav'):
        open_source(path)


def test_a_change_of_resolution_is_resized_and_told(avi, monkeypatch):
    from mmmotion.apis.sources import video_file
    frames = [*make_frames(3), *make_frames(2, size=(24, 32))]
    monkeypatch.setattr(video_file, '_decode_opencv', lambda path: frames)
    known = video_file._Announced(10, None)
    monkeypatch.setattr(video_file, '_probe_opencv', lambda path: known)
    source = VideoFile(avi, 'clip', decoder='opencv')
    assert [frame.shape for frame in source] == [(*SIZE, 3)] * 5
    (warning, ) = source.warnings
    assert 'from (H, W) = (48, 64) to (24, 32) at frame 3' in warning


def test_frames_are_turned_as_the_camera_was():
    image = np.arange(6, dtype=np.uint8).reshape(2, 3, 1).repeat(3, axis=-1)
    turned = turn_upright(image, -90)  # a phone that was held upright
    assert turned.shape == (3, 2, 3)
    assert turned[..., 0].tolist() == [[3, 0], [4, 1], [5, 2]]
    assert turn_upright(image, 0) is image


def test_a_file_of_which_nothing_is_decoded_is_called_broken(avi, monkeypatch):
    from mmmotion.apis.sources import video_file

    def fail(path):
        raise video_file._DecodeError('invalid data')
        yield

    source = VideoFile(avi, 'clip', decoder='opencv')
    monkeypatch.setattr(video_file, '_decode_opencv', fail)
    with pytest.raises(InputError, match=r'clip\.avi is broken: its first fr'):
        list(source)
    monkeypatch.setattr(video_file, '_decode_opencv', lambda path: [])
    with pytest.raises(InputError, match='broken or has no pictures'):
        list(source)
