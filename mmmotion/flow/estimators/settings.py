"""What a config says about an estimator, with its defaults filled in."""

import inspect
import json
from collections.abc import Mapping
from pathlib import Path

from mmmotion.registry import FLOW_ESTIMATORS

from .flow_estimator import FlowEstimator


def complete_settings(estimator: str | Mapping) -> dict:
    """Name every setting of an estimator without building it.

    Two configs that mean the same estimator give equal results, so this is
    what is stored beside the flows and compared.

    Args:
        estimator: Short name (``'dis'``), class name, or config dict.

    Returns:
        Config dict of plain JSON values: ``type`` and all constructor
        arguments.

    Raises:
        ValueError: If the estimator is unknown or has no such setting.
        TypeError: If a setting is no plain value.
    """
    given = {} if isinstance(estimator, str) else dict(estimator)
    kind = estimator if isinstance(estimator, str) else given.pop('type', None)
    cls = _find_class(kind)
    parameters = inspect.signature(cls).parameters
    unknown = sorted(set(given) - set(parameters))
    if unknown:
        raise ValueError(
            f'{cls.__name__} has no setting {", ".join(unknown)}; expected '
            f'{", ".join(parameters)}'
        )
    settings = {
        key: given.get(key, parameter.default)
        for key, parameter in parameters.items()
    }
    missing = [k for k, v in settings.items() if v is inspect.Parameter.empty]
    if missing:
        raise ValueError(f'{cls.__name__} needs {", ".join(missing)}')
    # Through JSON, so that a tuple equals the list that a file holds.
    return json.loads(json.dumps(dict(type=cls.__name__, **settings)))


def recorded_settings(estimator: str | Mapping) -> dict:
    """Name every setting as it is written beside the flows.

    Args:
        estimator: See :func:`complete_settings`.

    Returns:
        The complete settings, with the last part of the path for files: the
        same file may lie elsewhere on another machine.

    Raises:
        ValueError: See :func:`complete_settings`.
        TypeError: See :func:`complete_settings`.
    """
    settings = complete_settings(estimator)
    for key in _find_class(settings['type']).file_settings:
        if settings[key] is not None:
            settings[key] = Path(settings[key]).name
    return settings


def named_files(estimator: str | Mapping) -> list[Path]:
    """List what may be files among the settings.

    Args:
        estimator: See :func:`complete_settings`.

    Returns:
        The paths that are set, whether or not there is such a file.

    Raises:
        ValueError: See :func:`complete_settings`.
        TypeError: See :func:`complete_settings`.
    """
    settings = complete_settings(estimator)
    keys = _find_class(settings['type']).file_settings
    return [Path(settings[key]) for key in keys if settings[key] is not None]


def short_name(estimator: str | Mapping) -> str:
    """Short name of an estimator, which is its folder's default name.

    Args:
        estimator: See :func:`complete_settings`.

    Raises:
        ValueError: If the estimator is unknown.
    """
    kind = estimator if isinstance(estimator, str) else estimator.get('type')
    return _find_class(kind).name


def _find_class(kind: object) -> type[FlowEstimator]:
    FLOW_ESTIMATORS.import_from_location()
    classes = FLOW_ESTIMATORS.module_dict
    by_name = {cls.name: cls for cls in classes.values()}
    if isinstance(kind, type) and kind in classes.values():
        return kind
    if isinstance(kind, str):
        kind = kind.removeprefix('mmmotion.')
        if kind in classes or kind in by_name:
            return classes.get(kind) or by_name[kind]
    known = ', '.join(sorted([*by_name, *classes]))
    raise ValueError(
        f'unknown flow estimator {kind!r}, expected one of {known}'
    )
