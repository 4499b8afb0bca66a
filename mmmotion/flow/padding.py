"""Frames that are enlarged by repeating their border."""

from torch import Tensor
from torch.nn.functional import pad


def round_up(size: int, divisor: int) -> int:
    """Return the smallest multiple of the divisor that is not below a size.

    Args:
        size: A length in pixels.
        divisor: What has to divide the result.
    """
    return -(-size // divisor) * divisor


def pad_border(
    images: Tensor, size: tuple[int, int], offset: tuple[int, int] = (0, 0)
) -> Tensor:
    """Repeat the border until images have a size.

    Args:
        images: (B, C, h, w).
        size: New (H, W), not smaller.
        offset: Rows above and columns to the left of the image.

    Returns:
        (B, C, H, W), whose part from ``offset`` on is the image.
    """
    top, left = offset
    bottom = size[0] - images.shape[-2] - top
    right = size[1] - images.shape[-1] - left
    return pad(images, (left, right, top, bottom), mode='replicate')
