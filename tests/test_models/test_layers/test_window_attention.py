import pytest
import torch

from mmmotion.models.layers import (
    WindowAttention,
    join_windows,
    shifted_window_mask,
    split_windows,
)


def test_windows_lie_row_by_row():
    x = torch.arange(2 * 4 * 6).view(2, 4, 6, 1)
    windows = split_windows(x, 2)
    assert windows.shape == (2 * 6, 4, 1)
    assert windows[1, :, 0].tolist() == [2, 3, 8, 9]
    assert windows[3, :, 0].tolist() == [12, 13, 18, 19]
    assert torch.equal(join_windows(windows, (2, 4, 6)), x)


@pytest.mark.parametrize('size, shift', [(3, 1), (4, 2)])
def test_only_neighbours_see_each_other_in_a_shifted_map(size, shift):
    height, width = 2 * size, 3 * size
    mask = shifted_window_mask(height, width, size, shift, torch.device('cpu'))
    rows = torch.arange(height)[:, None].expand(height, width)
    columns = torch.arange(width).expand(height, width)
    cells = torch.stack([rows, columns], dim=-1)[None]
    rolled = split_windows(cells.roll((-shift, -shift), (1, 2)), size)
    # Cells that a cyclic shift brings together lie almost a map apart.
    distance = (rolled[:, :, None] - rolled[:, None]).abs().amax(dim=-1)
    torch.testing.assert_close(mask == 0, distance < size)
    assert mask.unique().tolist() == [-100, 0]


def test_the_score_depends_on_the_displacement():
    attention = WindowAttention(4, 2, window_size=3)
    bias = attention.position_bias()
    assert bias.shape == (2, 9, 9)
    for query in range(9):
        for key in range(9):
            down = query // 3 - key // 3 + 2
            right = query % 3 - key % 3 + 2
            expected = attention.relative_position_bias_table[5 * down + right]
            assert torch.equal(bias[:, query, key], expected)


def test_windows_and_masks_of_a_batch_belong_together():
    attention = WindowAttention(4, 2, window_size=2)
    x = torch.rand(3, 2, 4, 4)
    mask = torch.zeros(2, 4, 4)
    mask[1, :, 2:] = -100
    together = attention(x.flatten(0, 1), mask).unflatten(0, (3, 2))
    torch.testing.assert_close(together[:, 0], attention(x[:, 0]))
    hidden = attention(x[:, 1], mask[1:])
    torch.testing.assert_close(together[:, 1], hidden)
    assert not torch.allclose(hidden, attention(x[:, 1]))


def test_the_index_is_no_weight():
    attention = WindowAttention(4, 2, window_size=3)
    assert 'relative_position_index' not in attention.state_dict()
