import numpy as np
import pytest

from mmmotion.datasets import SegTrackv2
from mmmotion.datasets.preparation import prepare_segtrackv2

SIZE = (12, 20)


@pytest.fixture
def source(tmp_path, helpers):
    """Four videos: one object, three that overlap, other names, unknown."""
    root = tmp_path / 'SegTrackv2'
    images, truth = root / 'JPEGImages', root / 'GroundTruth'
    for t in (18, 19, 20):
        name = f'birdfall2_{t:05d}.png'
        helpers.save(images / 'birdfall' / name, helpers.frame(SIZE, t))
        mask = helpers.rectangle(SIZE, (2, 6, t - 16, t - 10))
        helpers.save(truth / 'birdfall' / name, mask)
    for t in (1, 2):
        name = f'{t}.bmp'
        helpers.save(images / 'penguin' / name, helpers.frame(SIZE, t))
        for o, left in enumerate((0, 4, 8), 1):
            mask = helpers.rectangle(SIZE, (0, 5, left, left + 6))
            helpers.save(
                truth / 'penguin' / str(o) / name, np.dstack([mask] * 3)
            )
    for t in (9, 10):
        helpers.save(images / 'girl' / f'f{t}.jpg', helpers.frame(SIZE, t))
        helpers.save(
            truth / 'girl' / f'mask_{t}.png',
            helpers.rectangle(SIZE, (t, t + 1, 0, 20)),
        )
    helpers.save(images / 'holiday' / '1.png', helpers.frame(SIZE))
    (root / 'README').write_text('about')
    return root


def test_frames_are_numbered_and_annotations_are_black_and_white(
    source, tmp_path, helpers
):
    out = tmp_path / 'out'
    summary = prepare_segtrackv2(source, out)
    assert helpers.names(out) == sorted(
        f'{folder}/{video}/{t:05d}.{suffix}'
        for folder, suffix in (('JPEGImages', 'jpg'), ('Annotations', 'png'))
        for video, length in (('birdfall', 3), ('penguin', 2), ('girl', 2))
        for t in range(length)
    )
    assert summary.videos == dict(birdfall=(3, 3), penguin=(2, 2), girl=(2, 2))
    assert str(summary) == (
        f'{out}: 3 videos, 7 images, 7 annotations; 14 files written, '
        '0 already there'
    )
    mask = helpers.read(out / 'Annotations/birdfall/00001.png')
    np.testing.assert_array_equal(mask, helpers.rectangle(SIZE, (2, 6, 3, 9)))
    image = helpers.read(out / 'JPEGImages/birdfall/00001.jpg').astype(int)
    assert abs(image - helpers.frame(SIZE, 19)).max() <= 3


def test_the_foreground_is_the_union_of_all_objects(source, tmp_path, helpers):
    # The sum of the 8-bit masks would be 254 where two of them overlap.
    prepare_segtrackv2(source, tmp_path / 'out')
    mask = helpers.read(tmp_path / 'out/Annotations/penguin/00000.png')
    np.testing.assert_array_equal(mask, helpers.rectangle(SIZE, (0, 5, 0, 14)))


def test_other_names_are_matched_by_position_and_jpeg_is_kept(
    source, tmp_path, helpers
):
    prepare_segtrackv2(source, tmp_path / 'out')
    mask = helpers.read(tmp_path / 'out/Annotations/girl/00000.png')
    np.testing.assert_array_equal(
        mask, helpers.rectangle(SIZE, (9, 10, 0, 20))
    )
    # 'f9' comes before 'f10'.
    copy = (tmp_path / 'out/JPEGImages/girl/00000.jpg').read_bytes()
    assert copy == (source / 'JPEGImages/girl/f9.jpg').read_bytes()


def test_missing_and_unknown_videos_are_logged(source, tmp_path, logged):
    prepare_segtrackv2(source, tmp_path / 'out')
    assert logged[0].startswith('11 videos not found')
    assert logged[1].endswith('holiday')
    assert 'penguin: 2 images, 2 annotations, 4 files written' in logged


def test_the_source_is_not_changed_and_a_second_run_goes_on(
    source, tmp_path, helpers
):
    out = tmp_path / 'out'
    before = helpers.contents(source)
    prepare_segtrackv2(source, out)
    first = helpers.stamps(out)
    lost = out / 'Annotations/penguin/00001.png'
    lost.unlink()
    (out / 'JPEGImages/girl/.00000.jpg~host~1.tmp').write_text('half')
    summary = prepare_segtrackv2(source, out)
    assert (summary.num_written, summary.num_existing) == (1, 13)
    again = helpers.stamps(out)
    for name in first:
        assert (again[name] == first[name]) == (not lost.match(name))
    assert helpers.contents(source) == before


@pytest.mark.parametrize('inside', ['.', 'prepared'])
def test_nothing_is_written_into_the_source(source, inside):
    with pytest.raises(ValueError, match=r'outside of .*SegTrackv2'):
        prepare_segtrackv2(source, source / inside)


def test_a_link_into_the_source_is_seen(source, tmp_path, helpers):
    out = tmp_path / 'out'
    out.mkdir()
    (out / 'JPEGImages').symlink_to(source / 'JPEGImages')
    before = helpers.names(source)
    with pytest.raises(ValueError, match='outside of'):
        prepare_segtrackv2(source, out)
    assert helpers.names(source) == before


def lose_a_mask(source, helpers):
    (source / 'GroundTruth/girl/mask_9.png').unlink()


def lose_all_masks(source, helpers):
    for path in (source / 'GroundTruth/girl').iterdir():
        path.unlink()


def truncate_an_image(source, helpers):
    path = source / 'JPEGImages/girl/f9.jpg'
    path.write_bytes(path.read_bytes()[:-60])


def shrink_a_mask(source, helpers):
    helpers.save(
        source / 'GroundTruth/birdfall/birdfall2_00019.png',
        np.zeros((6, 10)),
    )


def label_a_mask(source, helpers):
    helpers.save(
        source / 'GroundTruth/birdfall/birdfall2_00019.png',
        helpers.rectangle(SIZE, (2, 6, 3, 9), value=1),
    )


@pytest.mark.parametrize(
    'damage, error, message',
    [
        (
            lose_a_mask, ValueError,
            r'one for each of the 2 images, got 1 .*GroundTruth/girl'
        ),
        (
            lose_all_masks, FileNotFoundError,
            r'JPEGImages/girl .*GroundTruth/girl, got 2 and 0'
        ),
        (truncate_an_image, ValueError, r'girl/f9\.jpg: Truncated'),
        (
            shrink_a_mask, ValueError,
            r'\(12, 20\), got \(6, 10\): .*birdfall2_00019\.png'
        ),
        (label_a_mask, ValueError, r'at most 1: .*birdfall2_00019\.png'),
    ],
)
def test_bad_input_is_named(source, tmp_path, helpers, damage, error, message):
    damage(source, helpers)
    with pytest.raises(error, match=message):
        prepare_segtrackv2(source, tmp_path / 'out')


def test_a_folder_of_something_else_is_refused(tmp_path, helpers):
    with pytest.raises(FileNotFoundError, match='x/JPEGImages'):
        prepare_segtrackv2(tmp_path / 'x', tmp_path / 'out')
    helpers.save(tmp_path / 'x/JPEGImages/a/1.png', np.zeros(SIZE))
    with pytest.raises(FileNotFoundError, match='none of the 14 videos'):
        prepare_segtrackv2(tmp_path / 'x', tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_what_is_prepared_is_what_the_data_set_reads(source, tmp_path):
    prepare_segtrackv2(source, tmp_path / 'out')
    dataset = SegTrackv2(
        data_root=str(tmp_path / 'out'),
        videos=['penguin'],
        pipeline=[dict(type='LoadFrames'),
                  dict(type='LoadMasks')],
    )
    assert len(dataset) == 2
    assert dataset[0]['gt_masks'].sum() == 5 * 14
