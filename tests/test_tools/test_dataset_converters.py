import numpy as np
import pytest
from PIL import Image

BOXES = (
    '# note\n' * 9 + '# CSV_HEADER = metadata_id,file_list,flags,'
    'temporal_coordinates,spatial_coordinates,metadata\n'
    '"1","[""/ibex/00000.jpg""]",0,"[]","[2,1,2,3,4]","{""1"":""0""}"\n'
)


def save(path, channels=()):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.zeros((9, 16, *channels), np.uint8)
    values[2:5] = 255
    Image.fromarray(values).save(path)


def segtrackv2(root):
    save(root / 'JPEGImages/girl/girl_1.png', (3, ))
    save(root / 'GroundTruth/girl/girl_1.png')
    return 'girl', '00000'


def fbms59(root):
    save(root / 'Testset/tennis/tennis454.jpg', (3, ))
    save(root / 'Testset/tennis/GroundTruth/tennis454.pgm')
    return 'tennis', '00001'


def moca(root):
    save(root / 'JPEGImages/ibex/00000.jpg', (3, ))
    (root / 'Annotations').mkdir()
    (root / 'Annotations/annotations.csv').write_text(BOXES)
    return 'ibex', '00000'


@pytest.mark.parametrize('layout', [segtrackv2, fbms59, moca])
def test_a_distributed_data_set_is_prepared(
    layout, load_tool, tmp_path, capsys
):
    tool = load_tool(f'dataset_converters/{layout.__name__}.py')
    video, frame = layout(tmp_path / 'raw')
    out = tmp_path / 'new' / 'out'
    tool.main([str(tmp_path / 'raw'), str(out)])
    assert (out / f'JPEGImages/{video}/{frame}.jpg').is_file()
    mask = np.array(Image.open(out / f'Annotations/{video}/{frame}.png'))
    assert set(np.unique(mask)) == {0, 255}
    assert f'{out}: 1 videos, 1 images, 1 annotations' in capsys.readouterr(
    ).out


@pytest.mark.parametrize('layout', [segtrackv2, fbms59, moca])
def test_a_wrong_folder_ends_with_one_line(layout, load_tool, tmp_path):
    name = layout.__name__
    tool = load_tool(f'dataset_converters/{name}.py')
    with pytest.raises(SystemExit, match=f'^{name}: .*{tmp_path.name}'):
        tool.main([str(tmp_path), str(tmp_path / 'out')])


def test_the_table_of_moca_may_lie_elsewhere(load_tool, tmp_path):
    moca(tmp_path / 'raw')
    boxes = tmp_path / 'boxes.csv'
    (tmp_path / 'raw/Annotations/annotations.csv').rename(boxes)
    tool = load_tool('dataset_converters/moca.py')
    out = tmp_path / 'out'
    tool.main([str(tmp_path / 'raw'), str(out), '--boxes', str(boxes)])
    assert (out / 'annotations.csv').is_file()
