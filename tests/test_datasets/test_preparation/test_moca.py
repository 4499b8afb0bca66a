import numpy as np
import pytest

from mmmotion.datasets import MoCA
from mmmotion.datasets.box_table import BoxEntry, read_box_table
from mmmotion.datasets.preparation import prepare_moca
from mmmotion.datasets.preparation.moca import (
    draw_box,
    fit_box,
    interpolate_boxes,
    plan_video,
)

SIZE = (90, 160)  # an eighth of what is written
NOTES = ''.join(f'# note {i}\n' for i in range(9))
HEADER = (
    '# CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,'
    'spatial_coordinates,metadata\n'
)


def row(video, number, box, label='0'):
    numbers = ','.join(map(str, box))
    return (
        f'"1_x","[""/{video}/{number:05d}.jpg""]",0,"[]","[2,{numbers}]",'
        f'"{{""1"":""{label}""}}"\n'
    )


@pytest.fixture
def source(tmp_path, helpers):
    """Two videos of the subset and one of the others."""
    root = tmp_path / 'MoCA'
    for name, length in (('ibex', 13), ('dead_leaf_butterfly', 4), ('x', 1)):
        for t in range(length):
            helpers.save(
                root / 'JPEGImages' / name / f'{t:05d}.jpg',
                helpers.frame(SIZE, 2 * t),
            )
    text = NOTES + HEADER
    text += row('ibex', 0, (16, 8, 32, 16)) + row('ibex', 5, (26, 8, 32, 21))
    text += row('ibex', 10, (-4, 80, 64, 20), '2')
    text += row('dead_leaf_butterfly', 0, (0, 0, 160, 90), '1')
    path = root / 'Annotations' / 'annotations.csv'
    path.parent.mkdir()
    path.write_text(text)
    return root


def test_every_third_frame_up_to_the_last_box_is_kept(
    source, tmp_path, helpers
):
    out = tmp_path / 'out'
    summary = prepare_moca(source, out)
    # Frames 0, 3, 6, 9 of 0 ... 10, and frame 0 of 0.
    assert summary.videos == dict(dead_leaf_butterfly_1=(1, 1), ibex=(4, 4))
    assert helpers.names(out / 'JPEGImages') == [
        'dead_leaf_butterfly_1/00000.jpg',
        *(f'ibex/{t:05d}.jpg' for t in range(4)),
    ]
    image = helpers.read(out / 'JPEGImages/ibex/00002.jpg').astype(int)
    assert image.shape == (720, 1280, 3)
    original = helpers.frame(SIZE, 12)[0, :, 0]
    assert abs(image[300, 4::8, 0] - original).max() <= 2


def test_boxes_are_interpolated_and_grow_with_the_image(source, tmp_path):
    prepare_moca(source, tmp_path / 'out')
    table = read_box_table(tmp_path / 'out' / 'annotations.csv')
    assert table == dict(
        dead_leaf_butterfly_1={'00000': BoxEntry((0, 0, 1280, 720), 1)},
        ibex={
            '00000': BoxEntry((128, 64, 256, 128), 0),
            # Frame 3 is three fifths of the way: (22, 8, 32, 19).
            '00001': BoxEntry((176, 64, 256, 152), 0),
            # Frame 6: (20, 22.4, 38.4, 20.8), cut to whole pixels.
            '00002': BoxEntry((160, 176, 304, 168), 0),
            # Frame 9: (2, 65.6, 57.6, 20.2).
            '00003': BoxEntry((16, 520, 456, 160), 0),
        },
    )


def test_masks_are_the_boxes(source, tmp_path, helpers):
    prepare_moca(source, tmp_path / 'out')
    mask = helpers.read(tmp_path / 'out/Annotations/ibex/00001.png')
    np.testing.assert_array_equal(
        mask, helpers.rectangle((720, 1280), (64, 216, 176, 432))
    )


def test_labels_hold_until_the_next_annotated_frame():
    annotated = {
        5: BoxEntry((0, 0, 10, 10), 1),
        10: BoxEntry((10, 5, 20, 10), 2),
    }
    entries = interpolate_boxes(annotated, (0, 6, 10, 12))
    assert entries == [
        BoxEntry((0, 0, 10, 10), 1),
        BoxEntry((2, 1, 12, 10), 1),
        BoxEntry((10, 5, 20, 10), 2),
        BoxEntry((10, 5, 20, 10), 2),
    ]


def test_at_most_a_hundred_frames_are_kept(tmp_path, helpers):
    first = helpers.save(tmp_path / '00000.jpg', helpers.frame(SIZE))
    images = [str(first)]
    images += [str(tmp_path / f'{t:05d}.jpg') for t in range(1, 400)]
    boxes = {
        f'{t:05d}': BoxEntry((t / 10, 0, 10, 10))
        for t in range(0, 400, 5)
    }
    plan = plan_video('ibex', images, boxes)
    assert len(plan.video.images) == len(plan.boxes) == 100
    assert plan.video.images['00099'] == images[297]
    assert plan.boxes['00099'].box == (29 * 8, 0, 80, 80)


def test_a_box_follows_crop_and_scale():
    # Kept are 640 x 360 pixels: every length doubles.
    window = (100, 50, 740, 410)
    assert fit_box((110, 60, 120.9, 80), window) == (20, 20, 20, 40)
    assert fit_box((90, 40, 2000, 60), window) == (0, 0, 1280, 20)
    assert fit_box((0, 60, 99, 80), window) is None


def test_a_negative_corner_is_clamped_and_the_size_stays():
    entry = BoxEntry((-5, -5, 20, 10))
    window = (0, 0, 1280, 720)
    assert fit_box(entry.corners, window) == (0, 0, 20, 10)
    assert draw_box(BoxEntry((0, 0, 20, 10))).sum() == 200


def test_logos_are_cut_off_image_and_box(tmp_path, helpers):
    image = np.zeros((720, 1280, 3), np.uint8)
    image[:, 89:] = 200  # what meerkat keeps
    path = helpers.save(tmp_path / '00000.png', image)
    plan = plan_video(
        'meerkat', [str(path)], {'00000': BoxEntry((89, 37, 1191, 683))}
    )
    assert plan.boxes['00000'].box == (0, 0, 1280, 720)
    assert (plan.crop(str(path)) == 200).all()


def test_a_box_that_is_cut_off_costs_its_frame_alone(
    tmp_path, helpers, logged
):
    # Of hedgehog_0 columns 10 to 631 are kept; the box leaves to the right.
    for t in range(7):
        helpers.save(
            tmp_path / f'in/JPEGImages/hedgehog_0/{t:05d}.jpg',
            helpers.frame((36, 640), t),
        )
    (tmp_path / 'in/annotations.csv').write_text(
        HEADER + row('hedgehog_0', 0, (10, 0, 621, 36)) +
        row('hedgehog_0', 3, (632, 9, 8, 9)) +
        row('hedgehog_0', 6, (611, 9, 40, 18))
    )
    out = tmp_path / 'out'
    summary = prepare_moca(tmp_path / 'in', out)
    assert summary.videos == dict(hedgehog_0=(3, 2))
    assert read_box_table(out / 'annotations.csv') == dict(
        hedgehog_0={
            '00000': BoxEntry((0, 0, 1280, 720), 0),
            '00002': BoxEntry((1239, 180, 41, 360), 0),
        }
    )
    warnings = [text for text in logged if 'cut off' in text]
    assert len(warnings) == 1
    assert warnings[0].startswith('hedgehog_0: 1 of 3 boxes')
    assert warnings[0].endswith(': 00003')
    dataset = MoCA(data_root=str(out))
    listed = [dataset.get_data_info(i) for i in range(len(dataset))]
    assert [frame['frame_id'] for frame in listed] == ['00000', '00002']
    assert set(listed[0]['neighbours']) == {1, 2}


def test_the_source_is_not_changed_and_a_second_run_goes_on(
    source, tmp_path, helpers
):
    out = tmp_path / 'out'
    before = helpers.contents(source)
    prepare_moca(source, out)
    first = helpers.stamps(out)
    summary = prepare_moca(source, out)
    assert (summary.num_written, summary.num_existing) == (0, 11)
    assert helpers.stamps(out) == first
    assert helpers.contents(source) == before


def test_a_published_table_is_kept_and_said(source, tmp_path, logged):
    out = tmp_path / 'out'
    prepare_moca(source, out)
    table = out / 'annotations.csv'
    text = table.read_text().replace('[2, 128,', '[2, 129,')
    table.write_text(text)
    prepare_moca(source, out)
    assert table.read_text() == text
    assert f'{table} holds other boxes' in logged[-1]


def test_the_table_may_lie_elsewhere(source, tmp_path):
    table = source / 'Annotations/annotations.csv'
    table.rename(tmp_path / 'boxes.csv')
    with pytest.raises(FileNotFoundError, match=r'annotations\.csv in .*MoCA'):
        prepare_moca(source, tmp_path / 'out')
    prepare_moca(source, tmp_path / 'out', tmp_path / 'boxes.csv')
    assert (tmp_path / 'out/annotations.csv').exists()


def lose_an_image(source, helpers):
    (source / 'JPEGImages/ibex/00005.jpg').unlink()


def lose_the_boxes(source, helpers):
    path = source / 'Annotations/annotations.csv'
    path.write_text(path.read_text().replace('/ibex/', '/goat_0/'))


def shrink_an_image(source, helpers):
    helpers.save(source / 'JPEGImages/ibex/00003.jpg', helpers.frame((45, 80)))


def lose_the_videos(source, helpers):
    (source / 'JPEGImages').rename(source / 'Images')


@pytest.mark.parametrize(
    'damage, error, message',
    [
        (lose_an_image, ValueError, r'none of frame 00005 in .*/ibex'),
        (lose_the_boxes, ValueError, r'boxes of video ibex, got 13 and 0'),
        (shrink_an_image, ValueError, r'\(90, 160\), got \(45, 80\): .*00003'),
        (lose_the_videos, FileNotFoundError, r'MoCA/JPEGImages'),
    ],
)
def test_bad_input_is_named(source, tmp_path, helpers, damage, error, message):
    damage(source, helpers)
    with pytest.raises(error, match=message):
        prepare_moca(source, tmp_path / 'out')


def test_what_is_prepared_is_what_the_data_set_reads(source, tmp_path):
    prepare_moca(source, tmp_path / 'out')
    dataset = MoCA(
        data_root=str(tmp_path / 'out'),
        pipeline=[dict(type='LoadFrames'),
                  dict(type='LoadMasks')],
    )
    assert len(dataset) == 5
    frame = dataset[2]
    assert (frame['video_id'], frame['frame_id']) == ('ibex', '00001')
    left, top, right, bottom = frame['gt_boxes'][0].astype(int)
    assert frame['gt_masks'][0, top:bottom, left:right].all()
    assert frame['gt_masks'].sum() == (right - left) * (bottom - top)
    assert frame['ori_shape'] == (720, 1280)
