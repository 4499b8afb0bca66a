import pytest

from mmmotion.registry import DATASETS


def test_images_and_masks_lie_in_the_folders_of_the_release(image_tree):
    root = image_tree(['0001.jpg'], 'DUT-OMRON-image', 'pixelwiseGT-new-PNG')
    dataset = DATASETS.build(dict(type='DUTOMRON', data_root=str(root)))
    info = dataset.get_data_info(0)
    assert info['img_path'] == str(root / 'DUT-OMRON-image/0001.jpg')
    assert info['mask_path'] == str(root / 'pixelwiseGT-new-PNG/0001.png')
    assert info['dataset'] == 'DUTOMRON'


def test_a_missing_folder_is_named(image_tree):
    root = image_tree(['0001.jpg'], 'DUT-OMRON-image')
    with pytest.raises(FileNotFoundError, match='pixelwiseGT-new-PNG'):
        DATASETS.build(dict(type='DUTOMRON', data_root=str(root)))
