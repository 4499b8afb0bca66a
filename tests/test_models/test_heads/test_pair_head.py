import pytest
import torch

from mmmotion.models.heads import PairHead


def test_both_directions_come_from_both_frames_side_by_side():
    head = PairHead(2, num_groups=3, num_convs=0)
    first, second = torch.randn(2, 2, 4, 5), torch.randn(2, 2, 4, 5)
    values = head([torch.cat((first, second))])
    assert values.shape == (4, 3, 2, 4, 5)
    conv = head.head.conv
    flat = conv(torch.cat((first, second), dim=1))
    # Directions, then components, then groups.
    for pair in range(2):
        for direction in range(2):
            for group in range(3):
                for component in range(2):
                    channel = 6 * direction + 3 * component + group
                    torch.testing.assert_close(
                        values[2 * direction + pair, group, component],
                        flat[pair, channel],
                    )


def test_the_map_and_its_width_can_be_chosen():
    head = PairHead(2, num_groups=1, in_index=0, channels=4, dilation=2)
    maps = [torch.randn(2, 2, 8, 8), torch.randn(2, 7, 4, 4)]
    assert head(maps).shape == (2, 1, 2, 8, 8)
    assert [c.conv.dilation for c in head.head.convs] == [(2, 2), (2, 2)]


def test_rejects_no_groups():
    with pytest.raises(ValueError, match='num_groups'):
        PairHead(2, num_groups=0)
