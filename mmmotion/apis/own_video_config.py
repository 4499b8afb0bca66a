"""A config of the toolbox, pointed at the frames of one video."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config, ConfigDict

from mmmotion.engine.config_check import ConfigError

from .work_folder import VIDEO_ID

DEFAULT_ESTIMATOR = dict(type='DISFlowEstimator', finest_scale=0)
"""Flow of configs that do not say whose they want."""

DEFAULT_GAPS = (1, 2, -1, -2)
"""Gaps of data sets that do not say which they offer."""

_KEPT = ('pipeline', 'gaps', 'on_error')
# A video may have any length.
_CACHE_MEGABYTES = 256
_RESIZERS = ('ResizeFrames', 'RandomResizeShortSide')


def iterate_steps(pipeline: Sequence[Any]) -> Iterator[Any]:
    """Yield the transforms of a pipeline, those inside others as well.

    Args:
        pipeline: Configs of transforms, or lists of them, of which one is
            chosen.
    """
    for step in pipeline:
        if not isinstance(step, Mapping):
            yield from iterate_steps(step)
            continue
        yield step
        yield from iterate_steps(step.get('transforms') or ())


def reads_flow(pipeline: Sequence[Mapping]) -> bool:
    """Tell whether a pipeline loads flow.

    Args:
        pipeline: Configs of transforms, no ``RenderScene`` among them.
    """
    return any(step['type'] == 'LoadFlows' for step in iterate_steps(pipeline))


def reads_neighbours(pipeline: Sequence[Any]) -> bool:
    """Tell whether a pipeline needs more than one frame, or flow.

    Args:
        pipeline: Configs of transforms, no ``RenderScene`` among them.
    """
    return reads_flow(pipeline) or any(
        step['type'] == 'LoadFrames' and step.get('gaps', ()) != ()
        for step in iterate_steps(pipeline)
    )


def largest_side(pipeline: Sequence[Mapping]) -> int:
    """Find the longest of the shorter sides to which frames are resized.

    Args:
        pipeline: Configs of transforms.

    Returns:
        The side in pixels, 0 if frames are not resized.
    """
    sides = [0]
    for step in iterate_steps(pipeline):
        if step['type'] in _RESIZERS:
            size = step.get('size', 0)
            sides.append(size if isinstance(size, int) else min(size))
    return max(sides)


def find_dataset(cfg: Config, key: str) -> ConfigDict:
    """Return the data set of a loader, as files would hold it.

    What is rendered is loaded instead, and resized to what was rendered.

    Args:
        cfg: The whole config.
        key: Such as ``'train_dataloader'``.

    Raises:
        ConfigError: If there is none.
    """
    loader = cfg.get(key)
    if not loader or not loader.get('dataset'):
        raise ConfigError(
            f'the config has no {key}.dataset, so nothing says how the method '
            'reads a video'
        )
    dataset = loader.dataset
    while dataset.get('dataset') or dataset.get('datasets'):
        inner = dataset.get('dataset') or dataset.datasets[0]
        dataset = inner
    dataset = copy.deepcopy(dataset)
    steps: list[dict] = []
    for step in dataset.get('pipeline', ()):
        if step['type'] == 'RenderScene':
            steps += _load_instead(step, dataset.get('size', (128, 224)))
        else:
            steps.append(step)
    dataset.pipeline = steps
    return dataset


def _load_instead(step: Mapping, size: Sequence[int]) -> list[dict]:
    missing = step.get('missing', 'error')
    steps = [
        dict(
            type='LoadFrames',
            gaps=step.get('frame_gaps', ()),
            missing=missing,
        ),
        dict(type='ResizeFrames', size=tuple(size), interpolation='area'),
    ]
    gaps = step.get('gaps')
    if gaps is None or len(gaps):
        load = dict(type='LoadFlows', gaps=gaps, missing=missing)
        load |= {
            key: step[key]
            for key in ('both_ways', 'negate_opposite') if key in step
        }
        steps += [load, dict(type='ResizeFlows', size=tuple(size))]
    return steps


def point_at(
    dataset: Mapping[str, Any],
    root: str,
    estimator: Mapping | str | None,
    is_portrait: bool = False,
) -> dict[str, Any]:
    """Make the data set read the work folder of a video.

    Args:
        dataset: What :func:`find_dataset` returns.
        root: The work folder.
        estimator: Who made the flows in it; None if there are none.
        is_portrait: Whether the video is higher than wide; then sizes that
            are wider than high change their sides, unless the method turns
            such frames itself.

    Returns:
        Config of a ``VideoSegDataset`` with the pipeline and the gaps that
        the method wants.
    """
    kept = {key: dataset[key] for key in _KEPT if key in dataset}
    kept['pipeline'] = copy.deepcopy(kept['pipeline'])
    for step in iterate_steps(kept['pipeline']):
        if step['type'] == 'CacheTransforms':
            step.setdefault('max_megabytes', _CACHE_MEGABYTES)
    if is_portrait:
        _turn_sizes(kept['pipeline'])
    kept.setdefault('gaps', DEFAULT_GAPS)
    pointed = dict(
        kept,
        type='VideoSegDataset',
        data_root=root,
        data_prefix=dict(img='frames', flow='flow'),
        videos=[VIDEO_ID],
        test_mode=bool(dataset.get('test_mode')),
    )
    if estimator is not None and reads_flow(dataset['pipeline']):
        pointed.update(
            flow_estimator=estimator,
            flow_name='flow',
            require_flow=not dataset.get('test_mode'),
        )
    return pointed


def _turn_sizes(pipeline: Sequence[Any]) -> None:
    """Make the sizes of a pipeline those of portrait frames, in place."""
    steps = list(iterate_steps(pipeline))
    if any(step['type'] == 'TransposePortrait' for step in steps):
        return
    for step in steps:
        size = step.get('size')
        if size is not None and not isinstance(size, int):
            step['size'] = (max(size), min(size))
