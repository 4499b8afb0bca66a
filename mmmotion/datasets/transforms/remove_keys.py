"""Removal of what is no longer needed."""

from collections.abc import Sequence

from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RemoveKeys(BaseTransform):
    """Drop entries of a sample, such as frames that only made its flow.

    Removed Keys:
        those named, each if present.

    Args:
        keys: Names of the entries.

    Raises:
        ValueError: If no key is named, or a single string.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if isinstance(keys, str) or not keys:
            raise ValueError(f'keys must be a list of names, got {keys!r}')
        self.keys = tuple(keys)

    def transform(self, results: dict) -> dict:
        """Drop the entries."""
        for key in self.keys:
            results.pop(key, None)
        return results
