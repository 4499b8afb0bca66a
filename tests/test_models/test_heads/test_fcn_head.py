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
    'settings', [
        dict(num_groups=0),
        dict(num_groups=2, kernel_size=2),
        dict(num_groups=2, dilation=0),
        dict(num_groups=2, num_convs=-1),
        dict(num_groups=2, dropout_ratio=1.0),
    ]
)
def test_rejects_numbers_out_of_range(settings):
    with pytest.raises(ValueError, match=list(settings)[-1]):
        FCNHead(4, **settings)


def test_convolutions_before_the_classifier():
    head = MODELS.build(
        dict(
            type='FCNHead',
            in_channels=4,
            num_groups=3,
            num_convs=2,
            channels=6,
            dilation=3,
            norm=dict(type='BN'),
            dropout_ratio=0.5,
        )
    )
    convs = [block.conv for block in head.convs]
    assert [c.in_channels for c in convs] == [4, 6]
    assert all(c.dilation == c.padding == (3, 3) for c in convs)
    assert all(c.bias is None for c in convs)
    features = [torch.rand(2, 4, 7, 9)]
    assert head(features).shape == (2, 3, 7, 9)
    first, second = head(features), head(features)
    assert not first.equal(second)  # other channels are dropped
    head.eval()
    torch.testing.assert_close(head(features), head(features))


def test_one_pixel_reaches_as_far_as_the_dilations():
    head = FCNHead(1, num_groups=1, num_convs=2, channels=8, dilation=6)
    image = torch.rand(1, 1, 31, 31, requires_grad=True)
    head([image])[0, 0, 15, 15].backward()
    rows = image.grad[0, 0].abs().sum(dim=1).nonzero().flatten()
    assert set(rows.tolist()) <= {3, 9, 15, 21, 27}
    assert {3, 27} <= set(rows.tolist())


def test_several_maps_are_merged_at_the_size_of_the_first():
    head = FCNHead((1, 2), num_groups=1, in_index=(0, -1))
    with torch.no_grad():
        head.conv.weight.copy_(torch.tensor([1.0, 10, 100]).view(1, 3, 1, 1))
        head.conv.bias.zero_()
    fine, coarse = torch.rand(1, 1, 4, 6), torch.rand(1, 2, 2, 3)
    enlarged = torch.nn.functional.interpolate(
        coarse, scale_factor=2, mode='bilinear', align_corners=False
    )
    expected = fine + 10 * enlarged[:, :1] + 100 * enlarged[:, 1:]
    torch.testing.assert_close(head((fine, None, coarse)), expected)


def test_each_merged_map_needs_its_width():
    with pytest.raises(ValueError, match='in_channels'):
        FCNHead(4, num_groups=1, in_index=(0, 1))
