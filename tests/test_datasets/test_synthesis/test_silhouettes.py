import json

import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets import SampleError
from mmmotion.datasets.synthesis.silhouettes import (
    CocoFile,
    MaskFolder,
    draw_silhouette,
    open_silhouettes,
)


def box(top, left, bottom, right, size=(20, 30)):
    mask = np.zeros(size, bool)
    mask[top:bottom, left:right] = True
    return mask


def save(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values.astype(np.uint8)).save(path)


def coco(path, annotations, **others):
    images = [dict(id=7, height=20, width=30)]
    content = dict(images=images, annotations=annotations) | others
    path.write_text(json.dumps(content))
    return str(path)


POLYGON = [[4, 5, 14, 5, 14, 15, 4, 15]]
RUNS = dict(size=[20, 30], counts=[85, 10, 10, 10, 485])


def test_every_label_of_a_mask_is_an_object(tmp_path):
    save(tmp_path / 'cat' / '0.png', box(2, 2, 9, 9) + 2 * box(10, 1, 19, 29))
    first, second = MaskFolder(str(tmp_path)).candidates(0)
    np.testing.assert_array_equal(first, box(2, 2, 9, 9))
    np.testing.assert_array_equal(second, box(10, 1, 19, 29))


def test_palette_pictures_are_read_by_their_indices(tmp_path):
    image = Image.fromarray(3 * box(2, 2, 9, 9).astype(np.uint8))
    image.putpalette([0, 0, 0, 9, 9, 9, 5, 5, 5, 0, 0, 0])
    image.save(tmp_path / '0.png')
    (mask, ) = MaskFolder(str(tmp_path)).candidates(0)
    np.testing.assert_array_equal(mask, box(2, 2, 9, 9))


def test_a_palette_may_hold_many_objects(tmp_path):
    labels = np.repeat(np.arange(21, dtype=np.uint8), 3)[None].repeat(9, 0)
    image = Image.fromarray(labels)
    image.putpalette(list(range(256)) * 3)
    image.save(tmp_path / '0.png')
    masks = MaskFolder(str(tmp_path)).candidates(0)
    assert [mask.sum() for mask in masks] == [27] * 20


def test_soft_masks_are_cut_in_the_middle(tmp_path):
    save(tmp_path / '0.png', np.tile(np.arange(0, 240, 8), (20, 1)))
    (mask, ) = MaskFolder(str(tmp_path)).candidates(0)
    assert mask[0].tolist() == [False] * 16 + [True] * 14


@pytest.mark.parametrize('segmentation', [POLYGON, RUNS])
def test_polygons_and_runs_of_a_json_file_become_masks(tmp_path, segmentation):
    path = coco(
        tmp_path / 'a.json', [dict(image_id=7, segmentation=segmentation)]
    )
    (mask, ) = open_silhouettes(path).candidates(0)
    assert mask.shape == (20, 30)
    rows, cols = np.nonzero(mask)
    assert (rows.min(), cols.min()) == (5, 4)
    assert mask.sum() == (100 if segmentation is POLYGON else 20)


def test_crowds_and_empty_annotations_are_left_out(tmp_path):
    path = coco(
        tmp_path / 'a.json', [
            dict(image_id=7, segmentation=RUNS, iscrowd=1),
            dict(image_id=7, segmentation=[]),
            dict(image_id=7),
            dict(image_id=7, segmentation=POLYGON, iscrowd=0),
        ]
    )
    assert len(CocoFile(path)) == 1


def test_small_objects_are_passed_over(tmp_path):
    save(tmp_path / '0.png', box(0, 0, 1, 2) + 2 * box(5, 5, 9, 9))
    save(tmp_path / '1.png', box(0, 0, 2, 2))
    for seed in range(8):
        mask = draw_silhouette(np.random.default_rng(seed), str(tmp_path))
        assert mask.sum() == 16


def test_half_of_the_silhouettes_are_mirrored(tmp_path):
    save(tmp_path / '0.png', box(5, 2, 9, 9))
    masks = [
        draw_silhouette(np.random.default_rng(seed), str(tmp_path))
        for seed in range(40)
    ]
    assert 10 < sum(mask[6, 2] for mask in masks) < 30
    assert all(mask[6, 2] != mask[6, 27] for mask in masks)


def test_too_small_objects_only_are_an_error(tmp_path):
    save(tmp_path / '0.png', box(0, 0, 1, 2))
    with pytest.raises(SampleError, match=r'none of 64 masks .*silhouettes'):
        draw_silhouette(np.random.default_rng(0), str(tmp_path))


def test_folders_and_files_that_are_not_there_are_named(tmp_path):
    for name, what in (('masks', 'folder'), ('a.json', 'file')):
        with pytest.raises(FileNotFoundError,
                           match=f'{what} not found.*silhouettes'):
            open_silhouettes(str(tmp_path / name))
    with pytest.raises(ValueError, match=r'expected images .*silhouettes'):
        open_silhouettes(str(tmp_path))


def test_a_picture_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / 'broken.png').write_bytes(b'\x89PNG nothing')
    with pytest.raises(SampleError, match=r'mask image.*broken\.png'):
        MaskFolder(str(tmp_path)).candidates(0)


@pytest.mark.parametrize(
    'text, message',
    [
        ('{', 'expected a JSON file'),
        ('[]', 'expected a JSON object'),
        ('{"images": []}', 'expected a list named "annotations"'),
        ('{"annotations": []}', 'expected a list named "images"'),
        ('{"images": ["a"]}', '"images" to hold JSON objects, got a'),
        ('{"images": [{"id": [3]}]}', r'"id" of an entry .*got \[3\]'),
        (
            '{"images": [], "annotations": [5]}',
            '"annotations" to hold JSON objects, got 5'
        ),
        (
            '{"images": [], "annotations": [{"image_id": 1}]}',
            '1 annotations without'
        ),
        (
            '{"images": [], "annotations": '
            '[{"image_id": 1, "segmentation": [[1, 2]]}]}',
            'for image_id 1, got none'
        ),
    ],
)
def test_json_files_of_another_kind_are_refused(tmp_path, text, message):
    path = tmp_path / 'a.json'
    path.write_text(text)
    with pytest.raises(ValueError, match=f'{message}.*a.json') as error:
        open_silhouettes(str(path))
    assert 'silhouettes' in str(error.value)


def test_a_segmentation_that_cannot_be_decoded_is_shown(tmp_path):
    path = coco(
        tmp_path / 'a.json', [dict(image_id=7, segmentation='nothing')]
    )
    with pytest.raises(SampleError, match=r"got nothing .*a\.json"):
        open_silhouettes(path).candidates(0)
