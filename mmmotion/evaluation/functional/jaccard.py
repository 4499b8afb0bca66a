"""Region similarity J."""

import numpy as np

from .hard_masks import check_masks


def jaccard(
    prediction: np.ndarray,
    annotation: np.ndarray,
    void: np.ndarray | None = None,
) -> float:
    """Measure the intersection over union of two masks.

    An empty union counts as 1: an empty prediction on an empty frame is
    perfect.

    Source: Perazzi et al., "A Benchmark Dataset and Evaluation Methodology
    for Video Object Segmentation", CVPR 2016, Sec. 4.

    Args:
        prediction: (H, W) bool predicted mask.
        annotation: (H, W) bool annotated mask.
        void: (H, W) bool pixels that count in neither mask.

    Returns:
        The similarity in [0, 1].

    Raises:
        TypeError: If a mask is not boolean.
        ValueError: If the sizes differ.
    """
    check_masks(prediction, annotation, void)
    if void is not None:
        prediction = prediction & ~void
        annotation = annotation & ~void
    union = int(np.count_nonzero(prediction | annotation))
    if union == 0:
        return 1.0
    return int(np.count_nonzero(prediction & annotation)) / union
