"""Rendering of the synthetic world."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform

from mmmotion.registry import TRANSFORMS

from ..errors import SampleError
from ..synthesis import (
    Scene,
    SceneKey,
    View,
    WorldSettings,
    build_scene,
)
from .missing import check_missing


@TRANSFORMS.register_module()
class RenderScene(BaseTransform):
    """Render a frame of a synthetic scene with its exact ground truth.

    It stands in the place of ``LoadFrames``, ``LoadFlows`` and
    ``LoadMasks``, and its arguments mean the same. Scenes are kept in memory
    once drawn, because that takes twenty times as long as rendering a frame.

    Required Keys:
        scene, frame_index, num_frames; ``gaps`` of the sampler or
        ``available_gaps`` if no gaps are given here.

    Added Keys:
        frames: (T, H, W, 3) uint8 RGB, the frame itself first; absent if not
            asked for.
        frame_gaps: The signed gap of each, 0 first; absent like these.
        flows: (N, H, W, 2) float32 in pixels, u first; absent if N is 0.
        flow_gaps: The signed gap of each; absent if N is 0.
        gt_masks: (O, H, W) bool modal masks, objects from back to front.
        gt_amodal_masks: (O, H, W) bool whole shapes inside the frame.
        gt_layer_order: (O,) int64, 0 for the nearest object.
        gt_visible: (N, H, W) bool pixels that are also seen where each of the
            flows leads, neither hidden nor outside; only if asked for and if
            there are flows.
        ori_shape: (H, W).

    Args:
        gaps: Signed gaps of the flows. None takes those that the sampler
            chose and, without such a sampler, the first that the frame
            offers.
        frame_gaps: Signed gaps of the neighbouring frames. None takes those
            that the sampler chose.
        missing: What to do if a gap leads out of the scene: ``'error'``;
            ``'opposite'`` takes the gap -n; ``'drop'`` leaves it out.
        both_ways: Whether each flow is followed by the one back, from the
            neighbour to the frame; for gaps inside the scene.
        negate_opposite: Whether a flow taken from the opposite gap changes
            its sign, so that it stands for the gap that was asked for.
        with_visibility: Whether ``gt_visible`` is added.
        with_frames: Whether frames are painted, which models that see flow
            alone can do without.
        cache_size: How many scenes each process keeps, at about 0.25 MB
            each with frames of 128 x 224 pixels. 0 keeps none.

    Raises:
        ValueError: If ``missing`` is unknown, or takes other gaps with
            ``both_ways``, ``frame_gaps`` are named without frames, or
            ``cache_size`` is negative.
    """

    def __init__(
        self,
        gaps: Sequence[int] | None = None,
        frame_gaps: Sequence[int] | None = (),
        missing: str = 'error',
        both_ways: bool = False,
        negate_opposite: bool = True,
        with_visibility: bool = False,
        cache_size: int = 256,
        with_frames: bool = True,
    ) -> None:
        check_missing(missing, both_ways=both_ways)
        if cache_size < 0:
            raise ValueError(
                f'expected cache_size to be 0 or more, got {cache_size}'
            )
        if frame_gaps and not with_frames:
            raise ValueError(
                'expected no frame_gaps with with_frames=False, got '
                f'{frame_gaps}'
            )
        self.gaps = None if gaps is None else tuple(gaps)
        self.frame_gaps = None if frame_gaps is None else tuple(frame_gaps)
        self.missing = missing
        self.both_ways = both_ways
        self.negate_opposite = negate_opposite
        self.with_visibility = with_visibility
        self.with_frames = with_frames
        self.cache_size = cache_size
        self._cache: OrderedDict[tuple[SceneKey, WorldSettings],
                                 Scene] = OrderedDict()

    def __getstate__(self) -> dict[str, Any]:
        """Leave the scenes behind when sent to another process."""
        return {**self.__dict__, '_cache': OrderedDict()}

    def transform(self, results: dict) -> dict:
        """Render the frame.

        Raises:
            KeyError: If the sample is not one of ``SyntheticMotion``.
            SampleError: If a gap leads out of the scene and ``missing`` is
                ``'error'``.
        """
        if 'scene' not in results:
            raise KeyError(
                "RenderScene needs the key 'scene', which SyntheticMotion "
                f'sets; got {sorted(results)}'
            )
        scene = self._scene(results['scene'])
        frame = results['frame_index']
        view = View(scene, frame)
        modal, amodal, order = view.masks()
        results.update(
            gt_masks=modal,
            gt_amodal_masks=amodal,
            gt_layer_order=order,
            ori_shape=scene.world.size,
        )
        if self.with_frames:
            self._add_frames(results, view)
        self._add_flows(results, view)
        return results

    def _add_flows(self, results: dict, view: View) -> None:
        flows, visible, flow_gaps = [], [], []
        for gap, found in self._resolve(results, self._flow_gaps(results)):
            other = View(view.scene, view.frame + found)
            flow = view.flow(other.frame)
            if self.with_visibility:
                visible.append(view.visibility(flow, other))
            if found != gap and self.negate_opposite:
                flow, found = -flow, gap
            flows.append(flow)
            flow_gaps.append(found)
            if self.both_ways:
                flows.append(other.flow(view.frame))
                flow_gaps.append(-gap)
                if self.with_visibility:
                    visible.append(other.visibility(flows[-1], view))
        if flows:
            results['flows'] = np.stack(flows)
            results['flow_gaps'] = tuple(flow_gaps)
        if visible:
            results['gt_visible'] = np.stack(visible)

    def _scene(self, description: dict) -> Scene:
        world = description['world']
        key = SceneKey(
            description['seed'], description['split'], description['index']
        )
        scene = self._cache.get((key, world))
        if scene is None:
            scene = build_scene(key, world)
            self._cache[key, world] = scene
            if len(self._cache) > self.cache_size:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end((key, world))
        return scene

    def _add_frames(self, results: dict, view: View) -> None:
        frames, gaps = [view.image()], [0]
        wanted = self.frame_gaps
        if wanted is None:
            wanted = results.get('gaps', ())
        for _, found in self._resolve(results, wanted):
            frames.append(View(view.scene, view.frame + found).image())
            gaps.append(found)
        results['frames'] = np.stack(frames)
        results['frame_gaps'] = tuple(gaps)

    def _flow_gaps(self, results: dict) -> tuple[int, ...]:
        if self.gaps is not None:
            return self.gaps
        return results.get('gaps', results.get('available_gaps', ())[:1])

    def _resolve(self, results: dict,
                 gaps: Sequence[int]) -> list[tuple[int, int]]:
        """Pair each gap with the one that is rendered for it."""
        frame, num_frames = results['frame_index'], results['num_frames']
        pairs = []
        for gap in gaps:
            if 0 <= frame + gap < num_frames:
                pairs.append((gap, gap))
            elif self.missing == 'opposite' and 0 <= frame - gap < num_frames:
                pairs.append((gap, -gap))
            elif self.missing != 'drop':
                name = f'{results["video_id"]}/{results["frame_id"]}'
                raise SampleError(
                    f'no flow or neighbour of gap {gap:+d} for frame {name}, '
                    f'position {frame} of a scene of {num_frames} frames '
                    "(missing='opposite' takes the other direction)",
                    f'{name} gap {gap:+d}',
                )
        return pairs
