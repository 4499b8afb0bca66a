import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import LoadLayers, SampleError


@pytest.fixture
def sample(tmp_path):
    """Two objects of which the second hides a column of the first."""
    masks = np.zeros((2, 4, 8), np.uint8)
    masks[0, :, 2:5], masks[1, 1:, 4:7] = 255, 255
    paths = []
    for k, mask in enumerate(masks):
        paths.append(str(tmp_path / f'{k + 1}.png'))
        Image.fromarray(mask).save(paths[-1])
    return dict(amodal_paths=tuple(paths), mask_path=None)


def test_the_last_object_is_the_nearest(sample):
    out = LoadLayers().transform(sample)
    assert out['gt_layer_order'].tolist() == [1, 0]
    assert out['gt_amodal_masks'].sum(axis=(1, 2)).tolist() == [12, 9]
    assert out['gt_masks'].sum(axis=(1, 2)).tolist() == [9, 9]
    assert not out['gt_masks'].all(axis=0).any()
    assert out['ori_shape'] == (4, 8)


def test_labels_say_what_is_visible_if_there_are_any(sample, tmp_path):
    labels = np.zeros((4, 8), np.uint8)
    labels[0, 2], labels[3, 5:7] = 1, 2
    image = Image.fromarray(labels)
    image.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    image.save(tmp_path / 'labels.png')
    sample['mask_path'] = str(tmp_path / 'labels.png')
    out = LoadLayers().transform(sample)
    assert out['gt_masks'].sum(axis=(1, 2)).tolist() == [1, 2]
    assert out['gt_amodal_masks'].sum(axis=(1, 2)).tolist() == [12, 9]


def test_labels_drawn_in_colours_are_refused(sample, tmp_path):
    path = tmp_path / 'labels.png'
    sample['mask_path'] = str(path)
    Image.new('RGB', (8, 4), (128, 0, 0)).save(path)
    with pytest.raises(SampleError, match=r'in colours .*labels\.png'):
        LoadLayers().transform(sample)
    Image.new('L', (8, 4), 128).save(path)
    with pytest.raises(SampleError,
                       match=r'from 0 to 2, .*got 128 .*labels\.png'):
        LoadLayers().transform(sample)


def test_pictures_are_resized_before_the_level_is_applied(sample, tmp_path):
    soft = np.array([[0, 100, 160, 255]], np.uint8).repeat(4, axis=0)
    Image.fromarray(soft).save(tmp_path / 'soft.png')
    sample['amodal_paths'] = (str(tmp_path / 'soft.png'), )
    out = LoadLayers(size=(2, 2)).transform(sample)
    # Halves of 0 and 100, and of 160 and 255, are 50 and 207.5.
    assert out['gt_amodal_masks'].tolist() == [[[False, True]] * 2]
    assert out['ori_shape'] == (2, 2)


def test_visibility_follows_the_gaps_of_the_flows(sample, tmp_path):
    for gap, value in ((1, 255), (-1, 0)):
        path = tmp_path / f'gap{gap}.png'
        Image.new('L', (8, 4), value).save(path)
        sample.setdefault('visible_paths', {})[gap] = str(path)
    sample['flow_gaps'] = (-1, 1)
    out = LoadLayers(with_visibility=True).transform(dict(sample))
    assert out['gt_visible'].mean(axis=(1, 2)).tolist() == [0, 1]
    del sample['visible_paths'][-1]
    out = LoadLayers(with_visibility=True).transform(dict(sample))
    assert out['gt_visible'].all()
    sample['flow_gaps'] = (2, )
    sample.update(video_id='1_a', frame_id='00000')
    with pytest.raises(SampleError, match=r'gap \+2 for frame 1_a/00000'):
        LoadLayers(with_visibility=True).transform(sample)


def test_pictures_of_two_sizes_are_refused(sample, tmp_path):
    Image.new('L', (9, 4)).save(tmp_path / '2.png')
    with pytest.raises(SampleError,
                       match=r'\(4, 8\) .*got \(4, 9\): .*2\.png'):
        LoadLayers().transform(sample)


def test_other_data_sets_are_refused():
    with pytest.raises(KeyError, match='SyntheticClips'):
        LoadLayers().transform(dict(mask_path=None))
