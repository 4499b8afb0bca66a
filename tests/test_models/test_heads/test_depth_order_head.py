import torch

from mmmotion.registry import MODELS


def test_depth_is_that_of_the_largest_activations_over_time():
    head = MODELS.build(dict(type='DepthOrderHead', in_channels=4))
    queries = torch.randn(2, 3, 5, 4)
    depths = head(queries)
    assert depths.shape == (2, 3)
    expected = head.mlp(queries[1, 2].max(dim=0).values)
    torch.testing.assert_close(depths[1, 2], expected[0])
