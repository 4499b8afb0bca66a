import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import LoadFrames, MissingFileError, SampleError


@pytest.fixture
def frames(tmp_path):
    """Three frames of the grey values 10, 20 and 30."""
    paths = []
    for t in range(3):
        paths.append(str(tmp_path / f'{t}.png'))
        Image.new('RGB', (6, 4), (10 * t + 10, ) * 3).save(paths[-1])
    return paths


def describe(frames, t=1):
    return dict(
        img_path=frames[t],
        video_id='cat',
        frame_id=str(t),
        num_frames=3,
        neighbours={
            gap: frames[t + gap]
            for gap in (1, -1) if 0 <= t + gap < 3
        },
    )


def test_the_frame_comes_first_and_its_neighbours_follow(frames):
    results = LoadFrames(gaps=(-1, 1)).transform(describe(frames))
    assert results['frames'].shape == (3, 4, 6, 3)
    assert results['frames'].dtype == np.uint8
    assert results['frames'][:, 0, 0, 0].tolist() == [20, 10, 30]
    assert results['frame_gaps'] == (0, -1, 1)
    assert results['ori_shape'] == (4, 6)


def test_channels_are_red_green_blue(tmp_path):
    path = str(tmp_path / 'red.png')
    Image.new('RGB', (6, 4), (255, 0, 0)).save(path)
    frames = LoadFrames().transform(dict(img_path=path))['frames']
    assert frames[0, 0, 0].tolist() == [255, 0, 0]


def test_the_sampler_may_choose_the_neighbour(frames):
    results = describe(frames) | dict(gaps=(1, ))
    assert LoadFrames(gaps=None).transform(results)['frame_gaps'] == (0, 1)


def test_gap_0_is_the_frame_once_more(frames):
    results = LoadFrames(gaps=None
                         ).transform(describe(frames) | {'gaps': (0, )})
    assert results['frames'][:, 0, 0, 0].tolist() == [20, 20]
    assert results['frame_gaps'] == (0, 0)


def test_gaps_of_the_sampler_need_a_sampler(frames):
    with pytest.raises(KeyError, match='like FramePairSampler'):
        LoadFrames(gaps=None).transform(describe(frames))


@pytest.mark.parametrize(
    'missing, gaps', [('opposite', (0, -1)), ('drop', (0, ))]
)
def test_the_end_of_a_video_is_handled_as_asked(frames, missing, gaps):
    load = LoadFrames(gaps=(1, ), missing=missing)
    assert load.transform(describe(frames, t=2))['frame_gaps'] == gaps


def test_a_missing_neighbour_is_an_error(frames):
    with pytest.raises(SampleError, match=r'gap \+1 of frame 2 in video cat'):
        LoadFrames(gaps=(1, )).transform(describe(frames, t=2))


def test_a_missing_image_is_named(tmp_path):
    path = str(tmp_path / 'no.jpg')
    with pytest.raises(MissingFileError, match=f'image not found: {path}'):
        LoadFrames().transform(dict(img_path=path))


@pytest.mark.parametrize('suffix', ['jpg', 'png'])
@pytest.mark.parametrize('share', [0.5, 0.95])
def test_a_truncated_image_is_never_filled_up(tmp_path, suffix, share):
    path = tmp_path / f'image.{suffix}'
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(path)
    data = path.read_bytes()
    path.write_bytes(data[:int(share * len(data))])
    with pytest.raises(SampleError, match=r'truncated|broken') as caught:
        LoadFrames().transform(dict(img_path=str(path)))
    assert str(path) in str(caught.value)


def test_a_file_that_is_no_image_is_named(tmp_path):
    path = tmp_path / 'image.jpg'
    path.write_text('nothing')
    with pytest.raises(SampleError, match=str(path)):
        LoadFrames().transform(dict(img_path=str(path)))


def test_frames_of_two_sizes_are_refused(frames):
    Image.new('RGB', (5, 4)).save(frames[2])
    with pytest.raises(SampleError, match=r'expected \(4, 6\) .*\(4, 5\)'):
        LoadFrames(gaps=(1, )).transform(describe(frames))


def test_rejects_an_unknown_choice():
    with pytest.raises(ValueError, match="got 'repeat'"):
        LoadFrames(missing='repeat')
