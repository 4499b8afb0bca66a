"""The colours of flow, as a picture for a legend."""

from base64 import b64encode

import cv2
import numpy as np

from mmmotion.flow.color import flow_to_rgb

_RADIUS = 40


def draw_flow_wheel() -> str:
    """Draw the colour of each direction, the longest vectors at the rim.

    Returns:
        A PNG with a transparent outside, as a data URL.
    """
    y, x = np.mgrid[-_RADIUS:_RADIUS + 1, -_RADIUS:_RADIUS + 1]
    flow = np.stack([x, y], axis=-1).astype(np.float32)
    lengths = np.linalg.norm(flow, axis=-1, keepdims=True)
    flow *= np.minimum(1, _RADIUS / np.maximum(lengths, 1))
    # Half covered pixels make the rim smooth.
    alpha = (_RADIUS + 0.5 - lengths).clip(0, 1)
    picture = np.concatenate([flow_to_rgb(flow)[..., ::-1], alpha], axis=-1)
    _, data = cv2.imencode('.png', np.rint(255 * picture).astype(np.uint8))
    return f'data:image/png;base64,{b64encode(data.tobytes()).decode()}'
