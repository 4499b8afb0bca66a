import pytest
import torch

from mmmotion.models.layers import dilate_sparsely, erode_sparsely


@pytest.mark.parametrize('radius', [1, 3])
def test_nine_samples_of_one_pixel(radius):
    mask = torch.zeros(2, 9, 9)
    mask[1, 4, 4] = 1
    found = dilate_sparsely(mask, radius).nonzero().tolist()
    steps = (4 - radius, 4, 4 + radius)
    assert found == [[1, y, x] for y in steps for x in steps]
    assert not erode_sparsely(mask, radius).any()
    hole = 1 - mask
    assert torch.equal(
        erode_sparsely(hole, radius), 1 - dilate_sparsely(mask, radius)
    )


def test_samples_outside_the_image_do_not_count():
    assert erode_sparsely(torch.ones(4, 5), 3).all()
    assert not dilate_sparsely(torch.zeros(4, 5), 3).any()
