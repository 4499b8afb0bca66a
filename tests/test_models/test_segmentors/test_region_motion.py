import torch

from mmmotion.models.segmentors.region_motion import region_motion


def test_lengths_are_averaged_in_each_region_over_both_directions():
    flow = torch.zeros(2, 2, 1, 4)
    flow[0, :, :, :2] = torch.tensor([3.0, 4.0])[:, None, None]
    flow[1, 0] = -1
    masks = torch.zeros(2, 3, 1, 4)
    masks[:, 0, :, :2], masks[:, 1, :, 1:3] = 1, 0.5
    expected = torch.tensor([[(5 + 1) / 2, (2.5 + 1) / 2, 0]])
    torch.testing.assert_close(region_motion(masks, flow), expected)
