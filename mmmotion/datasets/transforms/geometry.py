"""What transforms that move pixels have to know about a sample."""

from collections.abc import Iterator

from ..errors import SampleError

MASK_KEYS = (
    'gt_masks',
    'gt_amodal_masks',
    'gt_visible',
    'gt_void',
    'gt_sem_seg',
    'pseudo_masks',
)
"""Keys of (..., H, W) arrays that follow every move of the frames' pixels."""


def present_masks(results: dict) -> Iterator[str]:
    """Yield the keys of the masks that a sample has.

    Args:
        results: The sample.
    """
    yield from (key for key in MASK_KEYS if key in results)


def check_no_boxes(results: dict, who: str) -> None:
    """Refuse samples with boxes, which would no longer fit.

    Args:
        results: The sample.
        who: Name of the transform that does not move them.

    Raises:
        ValueError: If there are boxes.
    """
    if 'gt_boxes' in results:
        raise ValueError(
            f'{who} moves frames, flows and masks only, but the data set has '
            'boxes (gt_boxes)'
        )


def check_one_size(results: dict, who: str) -> tuple[int, int]:
    """Return the size that frames, flows and masks of a sample share.

    Args:
        results: The sample, with frames.
        who: Name of the transform that needs one size.

    Returns:
        (H, W).

    Raises:
        SampleError: If they differ in size.
    """
    size: tuple[int, int] = results['frames'].shape[1:3]
    found = {key: results[key].shape[-2:] for key in present_masks(results)}
    if 'flows' in results:
        found['flows'] = results['flows'].shape[1:3]
    for key, other in found.items():
        if other != size:
            path = str(results.get('img_path') or '')
            raise SampleError(
                f'{who} needs {key} of the size of the frames, {size}, got '
                f'{other} (RandomResizeShortSide brings them to one size): '
                f'{path}',
                path,
            )
    return size
