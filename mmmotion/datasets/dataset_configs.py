"""The data sets that a config names, inside wrappers too."""

from collections.abc import Mapping
from typing import Any

from mmengine.config import Config, ConfigDict

from mmmotion.registry import DATASETS

from .synthetic_motion import SyntheticMotion


def find_dataset_configs(cfg: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List data set configs inside wrappers such as ``ConcatDataset``.

    Args:
        cfg: Config of a data set, which is itself the list if it wraps none.
    """
    inner = cfg.get('datasets', cfg.get('dataset'))
    if inner is None:
        return [cfg]
    inner = inner if isinstance(inner, list | tuple) else [inner]
    return [found for item in inner for found in find_dataset_configs(item)]


def build_synthetic_motion(cfg: Config, split: str) -> SyntheticMotion:
    """Build the only ``SyntheticMotion`` of a config, without its pipeline.

    Data sets beside it are not built, so that their files may be missing.

    Args:
        cfg: The whole config.
        split: ``'train'``, ``'val'`` or ``'test'``, whose loader has it.

    Raises:
        ValueError: If the config has no such loader, or that has no
            ``SyntheticMotion``, or another one.
    """
    key = f'{split}_dataloader'
    if cfg.get(key) is None:
        raise ValueError(f'{cfg.filename} has no {key}')
    configs = find_dataset_configs(cfg[key]['dataset'])
    chosen = [config for config in configs if _is_synthetic(config['type'])]
    if len(chosen) != 1:
        names = [getattr(c['type'], '__name__', c['type']) for c in configs]
        raise ValueError(
            f'expected a SyntheticMotion, and only one, in {key} of '
            f'{cfg.filename}, got {", ".join(names)}'
        )
    return DATASETS.build(ConfigDict(chosen[0], pipeline=[]))


def _is_synthetic(kind: str | type) -> bool:
    """Whether the ``type`` of a config is ``SyntheticMotion``."""
    found = DATASETS.get(kind) if isinstance(kind, str) else kind
    return isinstance(found, type) and issubclass(found, SyntheticMotion)
