import numpy as np
import pytest

from mmmotion.evaluation.functional.hard_masks import check_masks

MASK = np.zeros((3, 4), bool)


def test_boolean_masks_of_one_size_pass():
    check_masks(MASK, ~MASK)
    check_masks(MASK, MASK, MASK)


@pytest.mark.parametrize('kind', [np.uint8, np.float32, np.int64])
@pytest.mark.parametrize('position', [0, 1, 2])
def test_a_mask_of_another_type_is_named(kind, position):
    masks = [MASK, MASK, MASK]
    masks[position] = MASK.astype(kind)
    name = ('prediction', 'annotation', 'void')[position]
    message = f'expected a boolean {name}, got {kind.__name__}'
    with pytest.raises(TypeError, match=message):
        check_masks(*masks)


@pytest.mark.parametrize('shape', [(2, 3, 4), (4, ), (0, 4), ()])
def test_a_mask_of_another_rank_or_without_pixels(shape):
    mask = np.zeros(shape, bool)
    with pytest.raises(ValueError, match=r'prediction of shape \(H, W\), got'):
        check_masks(mask, MASK)


@pytest.mark.parametrize(
    'masks, name',
    [((MASK.T, MASK), 'prediction'), ((MASK, MASK, MASK.T), 'void')],
)
def test_both_sizes_are_named(masks, name):
    message = f'{name} is 4x3 but the annotation is 3x4'
    with pytest.raises(ValueError, match=message):
        check_masks(*masks)
