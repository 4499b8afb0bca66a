import pytest

from mmmotion.registry import DATASETS


@pytest.mark.parametrize('split, part', [('test', 'TE'), ('train', 'TR')])
def test_each_split_has_folders_of_its_own(image_tree, split, part):
    folder = f'DUTS-{part}/DUTS-{part}'
    root = image_tree(['ILSVRC_1.jpg'], f'{folder}-Image', f'{folder}-Mask')
    dataset = DATASETS.build(
        dict(type='DUTS', data_root=str(root), split=split)
    )
    info = dataset.get_data_info(0)
    assert info['img_path'] == str(root / f'{folder}-Image/ILSVRC_1.jpg')
    assert info['mask_path'] == str(root / f'{folder}-Mask/ILSVRC_1.png')
    assert info['dataset'] == 'DUTS'


def test_a_split_that_does_not_exist_is_refused(image_tree):
    root = image_tree(['a.jpg'], 'images')
    with pytest.raises(ValueError, match=r"'test'.*, got 'val'"):
        DATASETS.build(dict(type='DUTS', data_root=str(root), split='val'))
    with pytest.raises(FileNotFoundError, match='DUTS-TE/DUTS-TE-Image'):
        DATASETS.build(dict(type='DUTS', data_root=str(root)))
