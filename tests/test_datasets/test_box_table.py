import pytest

from mmmotion.datasets.box_table import (
    BoxEntry,
    read_box_table,
    write_box_table,
)

ORIGINAL = (
    '# Exported using an annotation tool\n'
    '# Notes:\n'
    '# - spatial_coordinates of [2,10,20,50,80] denotes a rectangle\n'
    '# 4\n# 5\n# 6\n# 7\n# 8\n# 9\n'
    '# CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,'
    'spatial_coordinates,metadata\n'
    '"1_a","[""/fossa/00000.jpg""]",0,"[]","[2,10,20.5,30,40]",'
    '"{""1"":""0""}"\n'
    '"1_b","[""/fossa/00005.jpg""]",0,"[]","[2,-3,20,30,40]",'
    '"{""1"":""2""}"\n'
    '"1_c","[""/fossa/00010.jpg""]",0,"[]","[]","{}"\n'
    '\n'
    '"1_d","[""/ibex/00000.jpg""]",0,"[]","[2,1,2,3,4]",""\n'
)
FILTERED = (
    ',file_list,spatial_coordinates,metadata\n'
    '0,/fossa/00000.jpg,"[2, 10, 20, 30, 40]",{\'1\': \'1\'}\n'
)


def write(tmp_path, text):
    path = tmp_path / 'boxes.csv'
    path.write_text(text)
    return path


def test_the_original_table_has_notes_above_its_header(tmp_path):
    table = read_box_table(write(tmp_path, ORIGINAL))
    assert table == dict(
        fossa={
            '00000': BoxEntry((10, 20.5, 30, 40), 0),
            '00005': BoxEntry((-3, 20, 30, 40), 2),
        },
        ibex={'00000': BoxEntry((1, 2, 3, 4), None)},
    )


def test_the_filtered_table_is_read_alike(tmp_path):
    table = read_box_table(write(tmp_path, FILTERED))
    assert table == dict(fossa={'00000': BoxEntry((10, 20, 30, 40), 1)})


def test_what_was_written_is_read_and_looks_like_the_filtered_table(tmp_path):
    path = tmp_path / 'new' / 'boxes.csv'
    write_box_table(
        path, dict(fossa={'00000': BoxEntry((9.6, 20.4, 30, 40), 1)})
    )
    assert path.read_text() == FILTERED
    assert [item.name for item in path.parent.iterdir()] == ['boxes.csv']


def test_corners_are_clamped_and_the_size_stays():
    assert BoxEntry((-3, 20, 30, 40)).corners == (0, 20, 30, 60)
    assert BoxEntry((3, -20, 30, 40)).corners == (3, 0, 33, 40)


@pytest.mark.parametrize(
    'row, message',
    [
        ('1,/fossa/00001.jpg,"[1,2,3,4,5]",', 'not a rectangle'),
        ('1,/fossa/00001.jpg,"[2,2,3,0,5]",', 'not a rectangle'),
        ('1,/fossa/00001.jpg,"[2,2,3]",', 'line 3 of .*boxes.csv'),
        ('1,/fossa/00001.jpg,none at all,', 'line 3 of .*boxes.csv'),
        ('1,/fossa/00001.jpg', 'line 3 of .*boxes.csv'),
        ('1,00001.jpg,"[2,2,3,4,5]",', 'no <video>/<frame>'),
        ('1,/fossa/1.jpg,"[2,2,3,4,5]",{\'1\': \'7\'}', 'motion label 7'),
        ('1,/fossa/00000.jpg,"[2,2,3,4,5]",', 'two boxes for fossa/00000'),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, message):
    with pytest.raises(ValueError, match=message):
        read_box_table(write(tmp_path, FILTERED + row + '\n'))


def test_a_file_without_header_or_boxes_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"'file_list', .* in .*boxes\.csv"):
        read_box_table(write(tmp_path, 'a,b\n1,2\n'))
    with pytest.raises(ValueError, match=r'no box in .*boxes\.csv'):
        read_box_table(write(tmp_path, FILTERED.splitlines()[0]))
    with pytest.raises(FileNotFoundError, match=r'none\.csv'):
        read_box_table(tmp_path / 'none.csv')
