import torch

from mmmotion.models.losses import coarse_logits
from mmmotion.registry import MODELS


def scene(num_frames=2):
    """Cells with one of four colours each, and the layers of three."""
    colours = torch.arange(16).view(1, 1, 4, 4) // 4
    cells = 8 * torch.eye(4)[colours].expand(-1, num_frames, -1, -1, -1)
    targets = torch.stack([colours == k for k in range(3)], dim=2).float()
    targets = targets.repeat_interleave(2, -1).repeat_interleave(2, -2)
    return cells, targets.expand(-1, num_frames, -1, -1, -1)


def queries(order, num_frames=2):
    return 8 * torch.eye(4)[order][None, :,
                                   None].expand(-1, -1, num_frames, -1)


def build(**options):
    return MODELS.build(dict(type='CoarseLayerLoss', **options))


def test_logits_are_scaled_inner_products_of_one_frame():
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(2, 3, 4, 16, generator=generator)
    cells = torch.randn(2, 4, 5, 6, 16, generator=generator)
    logits = coarse_logits(rows, cells, bias=-1.5)
    assert logits.shape == (2, 4, 3, 5, 6)
    expected = (rows[1, 2, 3] * cells[1, 3, 4, 5]).sum() / 4 - 1.5
    torch.testing.assert_close(logits[1, 3, 2, 4, 5], expected)


def test_queries_that_point_at_layers_in_any_order_cost_nothing():
    cells, targets = scene()
    loss = build(bias=-10.0)
    for order in ([0, 1, 2], [2, 0, 1]):
        assert loss(queries(order), cells, targets) < 0.01
    assert loss(queries([0, 0, 3]), cells, targets) > 0.5


def test_empty_layers_have_to_be_empty_but_need_no_overlap():
    cells, targets = scene()
    targets = targets.clone()
    targets[:, :, 2] = 0
    loss = build(bias=-10.0)
    nothing = queries([0, 1, 3]) * torch.tensor([1.0, 1, 0])[:, None, None]
    assert loss(nothing, cells, targets) < 0.01
    assert loss(queries([0, 1, 3]), cells, targets) > 0.5


def test_weight_and_gradient():
    cells, targets = scene()
    rows = queries([0, 0, 3]).clone().requires_grad_()
    value = build()(rows, cells, targets)
    torch.testing.assert_close(
        build(loss_weight=0.5)(rows, cells, targets), value / 2
    )
    value.backward()
    assert rows.grad.abs().sum() > 0 and rows.grad.isfinite().all()


def test_match_names_the_query_of_every_layer():
    cells, targets = scene()
    order = build().match(queries([2, 0, 1]), cells, targets)
    assert order.tolist() == [[1, 2, 0]]
