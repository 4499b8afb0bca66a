import numpy as np
import pytest
import scipy.io
from PIL import Image

from mmmotion.datasets import VOC2012
from mmmotion.datasets.preparation import prepare_sbd

SIZE = (30, 40)


def save_labels(source, name, labels):
    """One file as SBD distributes it."""
    path = source / f'cls/{name}.mat'
    path.parent.mkdir(parents=True, exist_ok=True)
    classes = dict(
        Segmentation=labels,
        Boundaries=np.zeros(20, object),
        CategoriesPresent=np.unique(labels[labels > 0])[:, None],
    )
    scipy.io.savemat(path, dict(GTcls=classes), do_compression=True)
    return path


@pytest.fixture
def folders(voc_tree, tmp_path):
    """SBD with an image of its own and two of VOC, and VOC itself."""
    voc = voc_tree(tmp_path / 'VOCdevkit/VOC2012')
    source = tmp_path / 'benchmark_RELEASE/dataset'
    labels = np.zeros(SIZE, np.uint8)
    labels[5:20, 5:30] = 15
    Image.new('RGB', SIZE[::-1]).save(voc / 'JPEGImages/2008_x.jpg')
    for name in ('2008_x', '2007_a', '2007_d'):
        save_labels(source, name, labels)
    return source, voc


def test_sbd_adds_images_that_voc_does_not_annotate(folders):
    source, voc = folders
    summary = prepare_sbd(source, voc)
    assert (summary.num_voc, summary.num_sbd, summary.num_written) == (3, 1, 4)
    pipeline = [
        dict(type='LoadFrames'),
        dict(type='LoadLabelMap', num_classes=21),
    ]
    dataset = VOC2012(split='train_aug', data_root=str(voc), pipeline=pipeline)
    found = {s['video_id']: s['gt_sem_seg'] for s in dataset}
    # 2007_d is of the validation set.
    assert list(found) == ['2007_a', '2007_b', '2007_c', '2008_x']
    assert found['2008_x'].shape == SIZE
    assert np.unique(found['2008_x']).tolist() == [0, 15]
    # SBD has 15 here and no pixels without a class.
    assert np.unique(found['2007_a']).tolist() == [0, 1, 255]


def test_labels_are_stored_in_the_colours_of_voc(folders):
    prepare_sbd(*folders)
    path = folders[1] / 'SegmentationClassAug/2008_x.png'
    with Image.open(path) as image:
        assert image.mode == 'P'
        assert image.convert('RGB').getpixel((10, 10)) == (192, 128, 128)


def test_a_second_run_goes_on(folders, helpers):
    source, voc = folders
    before = helpers.contents(source)
    prepare_sbd(source, voc)
    first = helpers.stamps(voc / 'SegmentationClassAug')
    (voc / 'SegmentationClassAug/2008_x.png').unlink()
    assert prepare_sbd(source, voc).num_written == 1
    again = helpers.stamps(voc / 'SegmentationClassAug')
    changed = [name for name in first if again[name] != first[name]]
    assert changed == ['2008_x.png']
    assert helpers.contents(source) == before


def cut(source, voc):
    path = source / 'cls/2008_x.mat'
    path.write_bytes(path.read_bytes()[:-40])


def shrink(source, voc):
    save_labels(source, '2008_x', np.zeros((5, 5), np.uint8))


def mislabel(source, voc):
    save_labels(source, '2008_x', np.full(SIZE, 30, np.uint8))


def lose_image(source, voc):
    (voc / 'JPEGImages/2008_x.jpg').unlink()


def lose_annotation(source, voc):
    (voc / 'SegmentationClass/2007_b.png').unlink()


def lose_list(source, voc):
    (voc / 'ImageSets/Segmentation/val.txt').unlink()


@pytest.mark.parametrize(
    'damage, error, message',
    [
        (cut, ValueError, r'whole file with GTcls\.Segm.*2008_x\.mat'),
        (shrink, ValueError, r'\(30, 40\), got \(5, 5\): .*cls/2008_x\.mat'),
        (mislabel, ValueError, r'below 21, got 30: .*2008_x\.mat'),
        (lose_image, FileNotFoundError, r'JPEGImages/2008_x\.jpg'),
        (lose_annotation, FileNotFoundError, r'SegmentationClass/2007_b\.png'),
        (lose_list, FileNotFoundError, r'val\.txt; .*VOCdevkit/VOC2012'),
    ],
)
def test_bad_input_is_named(folders, damage, error, message):
    damage(*folders)
    with pytest.raises(error, match=message):
        prepare_sbd(*folders)
    assert not (folders[1] / 'ImageSets/Segmentation/train_aug.txt').exists()


def test_a_folder_of_something_else_is_refused(folders):
    source, voc = folders
    with pytest.raises(FileNotFoundError, match=r'none in .*VOC2012; it is'):
        prepare_sbd(voc, voc)
    with pytest.raises(FileNotFoundError, match=r'train\.txt; the second'):
        prepare_sbd(source, source)


def test_the_tool_says_what_it_did(folders, load_tool, capsys):
    tool = load_tool('dataset_converters/sbd.py')
    source, voc = folders
    tool.main([str(source), str(voc)])
    assert '4 annotations, 3 of VOC and 1 of SBD' in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r'^sbd: .*none in'):
        tool.main([str(voc), str(voc)])
