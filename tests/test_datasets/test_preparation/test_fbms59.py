import numpy as np
import pytest

from mmmotion.datasets import FBMS59
from mmmotion.datasets.preparation import prepare_fbms59

SIZE = (10, 16)
WHITE, RED, GREY = (255, 255, 255), (200, 0, 0), (120, 120, 120)


def colours(helpers):
    """White background with a red and a grey object and a black hole."""
    mask = np.full((*SIZE, 3), WHITE, np.uint8)
    mask[1:4, 2:6] = RED
    mask[5:9, 8:14] = GREY
    mask[6:7, 9:11] = 0
    return mask


@pytest.fixture
def source(tmp_path, helpers):
    """One video of each style, and the two with their own threshold."""
    root = tmp_path / 'FBMS'
    bear = root / 'Trainingset' / 'bear01'
    for t in (1, 2, 3):
        helpers.save(bear / f'bear01_{t:04d}.jpg', helpers.frame(SIZE, t))
    for t in (1, 3):
        truth = bear / 'GroundTruth'
        helpers.save(truth / f'bear01_{t:04d}_gt.ppm', colours(helpers))
        helpers.save(
            truth / f'bear01_{t:04d}_PROB_gt.ppm', np.full((*SIZE, 3), 99)
        )
        (truth / 'bear01Def.dat').write_text('about')
    # Files of this one begin at 454; one number is missing.
    tennis = root / 'Testset' / 'tennis'
    for t in (454, 456, 457):
        helpers.save(tennis / f'tennis{t}.jpg', helpers.frame(SIZE, t - 454))
    mask = helpers.rectangle(SIZE, (2, 5, 3, 9))
    mask[7] = 25  # 25 / 255 is below a tenth, 26 above
    mask[8] = 26
    helpers.save(tennis / 'GroundTruth' / 'tennis456.pgm', mask)
    for name in ('marple2', 'marple7'):
        video = root / 'Testset' / name
        helpers.save(video / f'{name}_001.jpg', helpers.frame(SIZE))
        levels = np.zeros(SIZE, np.uint8)
        levels[:4] = np.array([12, 13, 102, 103])[:, None]
        helpers.save(video / 'GroundTruth' / f'{name}_001.pgm', levels)
    return root


def test_frames_are_numbered_from_one(source, tmp_path, helpers):
    out = tmp_path / 'out'
    summary = prepare_fbms59(source, out)
    assert summary.videos == dict(
        bear01=(3, 2), marple2=(1, 1), marple7=(1, 1), tennis=(3, 1)
    )
    assert helpers.names(out / 'JPEGImages/tennis'
                         ) == ['00001.jpg', '00002.jpg', '00003.jpg']
    copy = (out / 'JPEGImages/tennis/00002.jpg').read_bytes()
    assert copy == (source / 'Testset/tennis/tennis456.jpg').read_bytes()


def test_an_annotation_follows_the_image_of_its_number(
    source, tmp_path, helpers
):
    prepare_fbms59(source, tmp_path / 'out')
    truth = tmp_path / 'out/Annotations'
    # Number 456 is the second file.
    assert helpers.names(truth / 'tennis') == ['00002.png']
    assert helpers.names(truth / 'bear01') == ['00001.png', '00003.png']


def test_grey_maps_are_cut_at_a_tenth(source, tmp_path, helpers):
    prepare_fbms59(source, tmp_path / 'out')
    mask = helpers.read(tmp_path / 'out/Annotations/tennis/00002.png')
    np.testing.assert_array_equal(
        mask, helpers.rectangle(SIZE, (2, 5, 3, 9), (8, 9, 0, 16))
    )


def test_white_is_background_in_colour_maps(source, tmp_path, helpers):
    prepare_fbms59(source, tmp_path / 'out')
    mask = helpers.read(tmp_path / 'out/Annotations/bear01/00003.png')
    expected = helpers.rectangle(SIZE, (1, 4, 2, 6), (5, 9, 8, 14))
    expected[6:7, 9:11] = 0
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize(
    'name, rows', [('marple2', [0, 0, 0, 1]), ('marple7', [0, 1, 1, 1])]
)
def test_two_videos_have_a_threshold_of_their_own(
    source, tmp_path, helpers, name, rows
):
    prepare_fbms59(source, tmp_path / 'out')
    mask = helpers.read(tmp_path / f'out/Annotations/{name}/00001.png')
    assert (mask[:4, 0] // 255).tolist() == rows


def test_one_set_is_enough_and_the_source_stays(source, tmp_path, helpers):
    before = helpers.contents(source)
    part = tmp_path / 'part'
    part.mkdir()
    (part / 'Testset').symlink_to(source / 'Testset')
    assert set(prepare_fbms59(part, tmp_path / 'a').videos
               ) == {'marple2', 'marple7', 'tennis'}
    summary = prepare_fbms59(source, tmp_path / 'a')
    assert (summary.num_written, summary.num_existing) == (5, 8)
    assert helpers.contents(source) == before


def test_no_half_written_file_remains_after_an_error(
    source, tmp_path, helpers
):
    path = source / 'Testset/tennis/tennis456.jpg'
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    out = tmp_path / 'out'
    with pytest.raises(ValueError, match=r'tennis456\.jpg'):
        prepare_fbms59(source, out)
    assert helpers.names(out / 'JPEGImages/tennis') == ['00001.jpg']
    path.write_bytes(whole)
    assert prepare_fbms59(source, out).num_existing == 10


def lose_the_image(source, helpers):
    (source / 'Testset/tennis/tennis456.jpg').unlink()


def lose_the_truth(source, helpers):
    (source / 'Testset/tennis/GroundTruth/tennis456.pgm').unlink()


def repeat_an_image(source, helpers):
    helpers.save(source / 'Testset/tennis/x_0456.jpg', helpers.frame(SIZE))


def rename_a_colour_map(source, helpers):
    folder = source / 'Trainingset/bear01/GroundTruth'
    (folder / 'bear01_0001_gt.ppm').rename(folder / 'bear01.ppm')


def shrink_the_truth(source, helpers):
    helpers.save(
        source / 'Testset/tennis/GroundTruth/tennis456.pgm',
        np.zeros((5, 8)),
    )


def break_the_truth(source, helpers):
    path = source / 'Testset/tennis/GroundTruth/tennis456.pgm'
    path.write_bytes(path.read_bytes()[:40])


@pytest.mark.parametrize(
    'damage, error, message',
    [
        (
            lose_the_image, ValueError,
            r'number 456 of .*tennis456\.pgm; images are tennis454\.jpg to '
            r'tennis457\.jpg'
        ),
        (
            lose_the_truth, FileNotFoundError,
            r'Testset/tennis .*GroundTruth, got 3 and 0'
        ),
        (repeat_an_image, ValueError, r'two images with the number 456'),
        (rename_a_colour_map, ValueError, r'<name>_<number>_gt\.ppm, got .*'),
        (shrink_the_truth, ValueError, r'\(10, 16\), got \(5, 8\)'),
        (break_the_truth, ValueError, r'whole annotation.*tennis456\.pgm'),
    ],
)
def test_bad_input_is_named(source, tmp_path, helpers, damage, error, message):
    damage(source, helpers)
    with pytest.raises(error, match=message):
        prepare_fbms59(source, tmp_path / 'out')


def test_a_folder_of_something_else_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match='Trainingset or Testset'):
        prepare_fbms59(tmp_path, tmp_path / 'out')


def test_what_is_prepared_is_what_the_data_set_reads(source, tmp_path):
    prepare_fbms59(source, tmp_path / 'out')
    dataset = FBMS59(
        data_root=str(tmp_path / 'out'),
        split='test',
        videos=['tennis'],
        require_mask=True,
        pipeline=[dict(type='LoadFrames'),
                  dict(type='LoadMasks')],
    )
    assert len(dataset) == 1
    assert dataset[0]['frame_id'] == '00002'
    assert dataset[0]['gt_masks'].sum() == 3 * 6 + 16
