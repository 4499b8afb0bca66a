import shutil

import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import SampleError
from mmmotion.datasets.synthesis.footage import (
    FootageMotion,
    draw_footage,
    open_footage,
)


@pytest.fixture
def videos(tmp_path):
    """Two videos whose content moves by (3, 0) pixels a frame."""
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(0, 256, (12, 30, 3), dtype=np.uint8))
    world = np.array(coarse.resize((300, 120), Image.Resampling.BICUBIC))
    for name, num in (('one', 5), ('two', 8)):
        (tmp_path / name).mkdir()
        for frame in range(num):
            left = 60 - 3 * frame
            piece = world[:90, left:left + 160]
            Image.fromarray(piece).save(tmp_path / name / f'{frame:03d}.png')
    return tmp_path


def test_pieces_are_successive_frames_of_one_video(videos):
    starts = set()
    for seed in range(20):
        footage = draw_footage(
            np.random.default_rng(seed), str(videos), 5, (45, 80)
        )
        folders = {path.rsplit('/', 2)[1] for path in footage.paths}
        numbers = [int(path[-7:-4]) for path in footage.paths]
        assert len(folders) == 1
        assert numbers == list(range(numbers[0], numbers[0] + 5))
        starts.add((folders.pop(), numbers[0]))
        assert footage.read(4).shape == (45, 80, 3)
    assert {name for name, _ in starts} == {'one', 'two'}
    assert len({start for _, start in starts}) > 2


def test_motion_is_estimated_between_the_frames(videos):
    footage = draw_footage(np.random.default_rng(0), str(videos), 5, (90, 160))
    left, _, right, _ = footage.box
    u, v = FootageMotion(footage).displacements(1, 3, (20, 40, 60, 120))
    assert u.shape == (40, 80)
    expected = 6 * 160 / (right - left)
    assert np.median(u) == pytest.approx(expected, abs=0.5)
    assert np.median(np.abs(v)) < 0.3


def test_a_video_shorter_than_a_clip_is_named(videos):
    with pytest.raises(
            ValueError,
            match=r'at least 6 frames.*got 5: .*one \(background_vid'):
        open_footage(str(videos), 6)


def test_missing_and_empty_folders_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'no \(background_videos\)'):
        open_footage(str(tmp_path / 'no'), 3)
    with pytest.raises(ValueError, match=r'no image.*\(background_videos\)'):
        open_footage(str(tmp_path), 3)


def test_a_frame_that_cannot_be_used_is_named(videos):
    (videos / 'one' / '000.png').write_bytes(b'nothing')
    Image.new('RGB', (30, 20)).save(videos / 'one' / '002.png')
    shutil.rmtree(videos / 'two')
    rng = np.random.default_rng(0)
    with pytest.raises(SampleError, match=r'000\.png.*background_videos'):
        draw_footage(rng, str(videos), 5, (9, 16))
    Image.new('RGB', (160, 90)).save(videos / 'one' / '000.png')
    footage = draw_footage(rng, str(videos), 5, (9, 16))
    with pytest.raises(SampleError, match=r'got \(20, 30\): .*002\.png'):
        footage.read(2)
