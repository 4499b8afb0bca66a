import numpy as np
import torch

from mmmotion.flow.color import flow_to_rgb
from mmmotion.structures import MotionDataSample
from mmmotion.visualization import compose_panel, draw_motion_panel

FRAME = np.full((24, 32, 3), 90, np.uint8)


def full_sample():
    sample = MotionDataSample()
    sample.pred_regions = torch.rand(4, 6, 8).softmax(0)
    sample.pred_seg = torch.zeros(24, 32, dtype=torch.uint8)
    sample.pred_seg[5:15, 5:15] = 1
    sample.gt_masks = torch.zeros(1, 24, 32, dtype=torch.bool)
    sample.gt_masks[0, 6:16, 5:15] = True
    return sample


def test_a_complete_sample_gives_five_pictures():
    flow = torch.randn(2, 6, 8)
    panel = draw_motion_panel(FRAME, full_sample(), flow, tile_height=24)
    assert panel.shape == (18 + 24, 5 * 32 + 4 * 4, 3)
    np.testing.assert_array_equal(panel[18:, :32], FRAME)


def test_missing_data_leaves_its_picture_out():
    sample = full_sample()
    del sample.gt_masks
    panel = draw_motion_panel(FRAME, sample, tile_height=24)
    assert panel.shape[1] == 3 * 32 + 2 * 4
    only_frame = draw_motion_panel(FRAME, MotionDataSample(), tile_height=24)
    np.testing.assert_array_equal(
        only_frame, compose_panel({'frame': FRAME}, tile_height=24)
    )


def test_predicted_flow_stands_beside_the_given_one():
    flow = torch.randn(2, 6, 8)
    sample = MotionDataSample(pred_flow=flow)
    panel = draw_motion_panel(FRAME, sample, flow, tile_height=24)[18:]
    given, predicted = panel[:, 36:68], panel[:, 72:104]
    assert (given != FRAME).any()
    np.testing.assert_array_equal(given, predicted)


def test_result_and_ground_truth_show_their_own_masks():
    sample = full_sample()
    same = full_sample()
    same.gt_masks = (same.pred_seg == 1)[None]
    wrong = draw_motion_panel(FRAME, sample, tile_height=24)[18:]
    right = draw_motion_panel(FRAME, same, tile_height=24)[18:]
    result, truth = slice(-68, -36), slice(-32, None)
    assert (wrong[:, result] != wrong[:, truth]).any()
    np.testing.assert_array_equal(right[:, result], right[:, truth])


def test_labels_of_classes_are_a_ground_truth_of_their_own():
    sample = full_sample()
    del sample.gt_masks
    sample.gt_sem_seg = sample.pred_seg.clone()
    sample.gt_sem_seg[0] = 255  # counts nowhere, and is not drawn
    panel = draw_motion_panel(FRAME, sample, tile_height=24)[18:]
    np.testing.assert_array_equal(panel[:, -68:-36], panel[:, -32:])


def test_unknown_flow_is_black():
    flow = torch.ones(2, 24, 32)
    flow[:, :, 16:] = torch.nan
    panel = draw_motion_panel(FRAME, MotionDataSample(), flow, tile_height=24)
    picture = panel[18:, -32:]
    assert picture[:, :16].any() and not picture[:, 16:].any()


def test_all_pictures_of_a_portrait_video_have_its_shape():
    frame = np.full((48, 24, 3), 90, np.uint8)
    sample = MotionDataSample()
    sample.pred_regions = torch.zeros(2, 6, 12)
    sample.pred_regions[1, :, :6] = 1
    # A motion along the diagonal of the frame, 2 to the right and 4 down.
    flow = torch.tensor([1.0, 0.5])[:, None, None].expand(2, 6, 12)
    panel = draw_motion_panel(frame, sample, flow, tile_height=48)[18:]
    assert panel.shape == (48, 3 * 24 + 2 * 4, 3)
    np.testing.assert_array_equal(
        panel[5, 40], np.rint(255 * flow_to_rgb(np.float32([[[2, 4]]]))[0, 0])
    )
    masks = panel[:, -24:]
    assert masks[:, :11].any(axis=-1).all()
    assert not masks[:, 13:].any()
