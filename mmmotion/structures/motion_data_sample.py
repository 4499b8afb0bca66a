"""Ground truth, predictions and metadata of one frame."""

from mmengine.structures import BaseDataElement

MOTIONS = ('locomotion', 'deformation', 'static')
"""Kinds of motion by label, as in MoCA."""


class MotionDataSample(BaseDataElement):
    """Everything known about one frame besides the network's inputs.

    In the training of a method that sees clips, a sample is a clip of T
    frames, and masks have a leading axis T.

    O is the number of annotated objects, K the number of groups that a model
    returns, (H0, W0) the size of the annotation, (h, w) that of the network.

    Metainfo:
        dataset: Name of the data set, if its scores are kept apart.
        video_id: Name of the video.
        frame_id: Name of the frame within its video.
        frame_index: Position of the frame in its video, from 0.
        num_frames: Length of the video in frames.
        gaps: Signed frame gaps of ``inputs['flows']``, in their order.
        ori_shape: (H0, W0), the size at which results are reported.
        aligns_corners: Whether the model enlarges masks with the centres of
            the corner pixels on each other.
        motion_label: Kind of motion, a position in :data:`MOTIONS`.

    Data fields:
        gt_masks: (O, H0, W0) bool, modal (visible) masks.
        gt_void: (H0, W0) bool, pixels that count for no object.
        gt_amodal_masks: (O, H0, W0) bool, whole shapes, hidden parts included.
        gt_layer_order: (O,) int64, 0 for the layer nearest to the camera.
        gt_visible: (N, H0, W0) bool, one per flow of the inputs, the pixels
            that are also seen where it leads, neither hidden nor outside.
        gt_boxes: (O, 4) float32, (left, top, right, bottom) in pixels of the
            annotation, right and bottom exclusive.
        gt_sem_seg: (H0, W0) uint8 labels of classes, 0 for the background and
            255 where none counts; in training (h, w).
        pred_regions: (K, h, w) float32 in [0, 1], the model's soft groups
            before any post-processing.
        pred_flow: (2, h, w) float32 flow from the frame to its neighbour, in
            pixels of the network's input.
        pred_amodal_masks: (O', H0, W0) float32 in [0, 1], whole shapes of the
            objects, of methods that tell them from what is visible.
        pred_layer_order: (O',) int64, 0 for the object nearest to the camera.
        pred_masks: (1 + O', H0, W0) float32 in [0, 1], background first.
        pred_seg: (H0, W0) uint8, 0 background, 1..O' objects.
    """
