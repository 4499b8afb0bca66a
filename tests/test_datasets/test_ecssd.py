import pytest

from mmmotion.registry import DATASETS


def test_images_and_masks_lie_in_the_folders_of_the_release(image_tree):
    root = image_tree(['0001.jpg'], 'images', 'ground_truth_mask')
    dataset = DATASETS.build(dict(type='ECSSD', data_root=str(root)))
    info = dataset.get_data_info(0)
    assert info['img_path'] == str(root / 'images/0001.jpg')
    assert info['mask_path'] == str(root / 'ground_truth_mask/0001.png')
    assert info['dataset'] == 'ECSSD'


def test_a_missing_folder_is_named(image_tree):
    root = image_tree(['0001.jpg'], 'images')
    with pytest.raises(FileNotFoundError, match='ground_truth_mask'):
        DATASETS.build(dict(type='ECSSD', data_root=str(root)))
