import pytest
import torch

from mmmotion.models.heads import FCNHead
from mmmotion.registry import MODELS


def test_logits_are_a_linear_map_of_the_chosen_features():
    head = MODELS.build(
        dict(type='FCNHead', in_channels=2, num_groups=1, in_index=1)
    )
    with torch.no_grad():
        head.conv.weight.copy_(torch.tensor([2.0, -1.0]).view(1, 2, 1, 1))
        head.conv.bias.fill_(0.5)
    chosen = torch.tensor([[[[1.0]], [[3.0]]]])
    logits = head((torch.zeros(1, 5, 4, 4), chosen))
    torch.testing.assert_close(logits, torch.tensor([[[[-0.5]]]]))


@pytest.mark.parametrize('kernel_size', [1, 3, 5])
def test_size_is_kept(kernel_size):
    head = FCNHead(4, num_groups=3, kernel_size=kernel_size)
    assert head([torch.rand(2, 4, 7, 9)]).shape == (2, 3, 7, 9)


@pytest.mark.parametrize(
    'settings',
    [dict(num_groups=0), dict(num_groups=2, kernel_size=2)]
)
def test_rejects_numbers_out_of_range(settings):
    with pytest.raises(ValueError, match=list(settings)[-1]):
        FCNHead(4, **settings)
