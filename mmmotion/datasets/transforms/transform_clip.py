"""Transforms of the single frames of a clip."""

from collections.abc import Callable, Sequence

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..errors import SampleError

# The other way to join arrays is to stack them.
_JOINED = ('frames', 'flows', 'gt_visible')
_MASKS = ('gt_masks', 'gt_amodal_masks')
_GAPS = ('frame_gaps', 'flow_gaps')
_FLOW = ('flows', 'flow_gaps', 'gt_visible')
_SAME = ('gt_layer_order', 'ori_shape')


@TRANSFORMS.register_module()
class TransformClip(BaseTransform):
    """Run transforms on each frame of a clip and put the results together.

    Steps that are random see each frame as the same draw, so that they change
    all frames of a clip alike.

    Required Keys:
        clip: Entries of T frames, see ``BaseMotionDataset(clip_length=...)``.

    Added Keys, each if the transforms add it:
        frames: (T * F, H, W, 3), all frames of the first entry first.
        frame_gaps: Of each frame to the entry that it belongs to.
        flows: (T * G, H, W, 2), the flows of the first entry first.
        flow_gaps: The signed gap of each.
        gt_visible: (T * G, H, W), in the order of the flows.
        gt_masks: (T, O, H, W).
        gt_amodal_masks: (T, O, H, W).
        gt_layer_order: That of the first entry, as is ``ori_shape``.

    Args:
        transforms: Transforms or their configs, applied in order to every
            frame.

    Raises:
        ValueError: If there is no transform.
    """

    def __init__(self, transforms: Sequence[dict | Callable]) -> None:
        if not transforms:
            raise ValueError('expected at least one transform, got none')
        self.transforms = [
            TRANSFORMS.build(step) if isinstance(step, dict) else step
            for step in transforms
        ]

    def transform(self, results: dict) -> dict | None:
        """Transform and join the frames.

        Returns:
            The sample, or None if a transform rejects a frame.

        Raises:
            KeyError: If the data set makes no clips.
            SampleError: If the frames of the clip do not fit together.
        """
        if 'clip' not in results:
            raise KeyError(
                "TransformClip needs the key 'clip', which a data set with "
                f'clip_length sets; got {sorted(results)}'
            )
        shared = {
            key: results[key]
            for key in ('draw', 'seed', 'gaps') if key in results
        }
        entries = []
        for entry in results.pop('clip'):
            found = self._transform_frame({**entry, **shared})
            if found is None:
                return None
            entries.append(found)
        results.update(_join(entries))
        return results

    def _transform_frame(self, entry: dict) -> dict | None:
        found: dict | None = entry
        for step in self.transforms:
            found = step(found)
            if found is None:
                return None
        return found


def _join(entries: Sequence[dict]) -> dict:
    """Put what the transforms made of the frames together."""
    first = entries[0]
    joined = {key: first[key] for key in _SAME if key in first}
    for key in (*_JOINED, *_MASKS, *_GAPS):
        _check_given(key, entries)
        if key not in first:
            continue
        values = [entry[key] for entry in entries]
        if key in _GAPS:
            joined[key] = sum(values, ())
            continue
        _check_alike(key, values, entries)
        join = np.concatenate if key in _JOINED else np.stack
        joined[key] = join(values)
    return joined


def _check_given(key: str, entries: Sequence[dict]) -> None:
    """Refuse a key that only some of the frames have."""
    lacking = [entry for entry in entries if key not in entry]
    if lacking and len(lacking) < len(entries):
        name = f'{lacking[0]["video_id"]}/{lacking[0]["frame_id"]}'
        hint = ''
        if key in _FLOW:
            hint = " (missing='opposite' gives all frames flow)"
        raise SampleError(
            f'expected {key} of all frames of a clip, got {key} of '
            f'{len(entries) - len(lacking)} of {len(entries)} and none of '
            f'{name}{hint}',
            name,
        )


def _check_alike(
    key: str, arrays: Sequence[np.ndarray], entries: Sequence[dict]
) -> None:
    for array, entry in zip(arrays, entries):
        if array.shape != arrays[0].shape:
            name = f'{entry["video_id"]}/{entry["frame_id"]}'
            raise SampleError(
                f'expected {key} of one shape in all frames of a clip, got '
                f'{arrays[0].shape} for {entries[0]["frame_id"]} and '
                f'{array.shape} for {name}',
                name,
            )
