"""Checks that every measure between binary masks shares."""

import numpy as np


def check_masks(
    prediction: np.ndarray,
    annotation: np.ndarray,
    void: np.ndarray | None = None,
) -> None:
    """Refuse anything but two or three boolean images of one size.

    No measure thresholds on its own: a mask stored as 0/255 or a soft mask
    has to be made boolean by the caller, who knows what its values mean.

    Args:
        prediction: (H, W) bool predicted mask.
        annotation: (H, W) bool annotated mask.
        void: (H, W) bool pixels that are left out.

    Raises:
        TypeError: If a mask is not boolean.
        ValueError: If a mask has not two axes, no pixel, or another size.
    """
    masks = dict(prediction=prediction, annotation=annotation)
    if void is not None:
        masks['void'] = void
    for name, mask in masks.items():
        if mask.dtype != np.bool_:
            raise TypeError(
                f'expected a boolean {name}, got {mask.dtype}; threshold it '
                'first'
            )
        if mask.ndim != 2 or mask.size == 0:
            raise ValueError(
                f'expected a {name} of shape (H, W), got {mask.shape}'
            )
        if mask.shape != annotation.shape:
            raise ValueError(
                f'{name} is {mask.shape[0]}x{mask.shape[1]} but the '
                f'annotation is {annotation.shape[0]}x{annotation.shape[1]} '
                '(height x width); resize the prediction to the annotation'
            )
