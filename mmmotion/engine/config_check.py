"""Errors for misspelt configs, before anything is built."""

import difflib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config, ConfigDict
from mmengine.registry import Registry, root
from mmengine.runner import Runner

from mmmotion import registry as ours

from .config_sections import SECTIONS

CLOSE = 0.85
"""Similarity from which an unknown key counts as a typing error."""

_MORE_KEYS = (
    'activation_checkpointing', 'compile', 'custom_imports',
    'efficient_conv_bn_eval', 'find_unused_parameters', 'model_wrapper_cfg',
    'runner_type', 'supervision', 'sync_bn', 'tta_model', 'tta_pipeline',
    'vis_backends'
)  # yapf: disable
# What configs of OpenMMLab call their pipelines; no typing errors.
_USUAL_VARIABLES = ('train_pipeline', 'val_pipeline', 'test_pipeline')
# Taken out by whoever builds the component, before its constructor.
_POPPED = (
    'type', '_scope_', '_delete_', 'priority', 'convert_to_iter_based',
    'constructor', 'paramwise_cfg'
)  # yapf: disable
# Places where the classes of mmengine and torch are checked as well.
_FOREIGN = {
    'optim_wrapper': (ours.OPTIM_WRAPPERS, ours.OPTIMIZERS),
    'param_scheduler': (ours.PARAM_SCHEDULERS, ),
    'default_hooks': (ours.HOOKS, ),
    'custom_hooks': (ours.HOOKS, ),
}


class ConfigError(ValueError):
    """A config of which a key is unknown or a part cannot be built."""


def load_config(path: str | Path, options: dict | None = None) -> Config:
    """Read a config file and merge options into it.

    Args:
        path: A ``.py``, ``.yaml`` or ``.json`` config.
        options: Values by dotted key, as from ``--cfg-options``.

    Raises:
        FileNotFoundError: If the file, or one that it inherits from, does
            not exist.
        ConfigError: If an option sets what neither the config nor the runner
            has at the top level.
    """
    path = Path(path)
    if not path.is_file():
        siblings = [str(p) for p in path.parent.glob(f'*{path.suffix}')]
        near = difflib.get_close_matches(str(path), siblings, n=1, cutoff=0.5)
        hint = f'did you mean {near[0]}?' if near else (
            'configs lie in configs/ of the repository and in mmmotion/.mim '
            'of an installed package'
        )
        raise FileNotFoundError(f'config not found: {path.absolute()}; {hint}')
    try:
        cfg = Config.fromfile(path)
    except FileNotFoundError as error:
        if error.filename is None:
            raise
        raise FileNotFoundError(
            f'{Path(error.filename).absolute()} not found, from which '
            f'{path.absolute()} or one of its bases inherits; a _base_ starts '
            'at the folder of its config or is an absolute path, '
            'mmmotion.apis.config_path(NAME) knows those of the toolbox'
        ) from error
    if options:
        _check_options(cfg, options)
        cfg.merge_from_dict(options)
    return cfg


def _check_options(cfg: Config, options: Mapping[str, Any]) -> None:
    """Refuse options that nothing would read, for they change nothing."""
    known = known_keys() | set(cfg)
    for option in options:
        key = option.split('.')[0]
        if key in known:
            continue
        inside = [
            f'{name}.{option}' for name, part in cfg.items()
            if isinstance(part, Mapping) and key in part
        ]
        near = inside[0] if inside else _nearest(key, known, 0.6)
        hint = f', did you mean {near!r}?' if near else ''
        raise ConfigError(
            f'unknown option {option!r}: the config has no {key!r}{hint}'
        )


def ensure_section(cfg: Config | ConfigDict, key: str) -> ConfigDict:
    """Return a part of a config, which is made empty if it is not there.

    ``setdefault`` of a config stores a copy of what it returns.

    Args:
        cfg: The config or a part of it; changed in place.
        key: Name of the part.
    """
    if cfg.get(key) is None:
        cfg[key] = {}
    return cfg[key]


def check_config(cfg: Mapping[str, Any]) -> None:
    """Refuse keys that look like typing errors.

    At the top level a config may define variables of its own, such as
    ``data_root``. An unknown key is therefore refused only if it is nearly
    (similarity 0.85 or more) a key that the runner knows. A name that holds
    all the words of such a key and more (``base_train_dataloader``) or starts
    with an underscore is never refused.

    Sections without a class, such as dataloaders or ``env_cfg``, may hold
    the keys of ``SECTIONS`` only.

    Inside components, arguments of our classes and of plugins registered
    beside them are checked against the constructors, whose names are exact;
    where a constructor hands ``**kwargs`` on, only near misses are refused.
    Of classes of mmengine and torch those of the optimizer, the schedulers
    and the hooks are checked.

    Args:
        cfg: The whole config.

    Raises:
        ConfigError: With the key and the closest known one.
    """
    known = known_keys()
    passing = known | set(_USUAL_VARIABLES)
    for key in cfg:
        near = _nearest(key, known)
        if key in passing or key.startswith('_') or near is None:
            continue
        if not set(near.split('_')) < set(key.split('_')):
            raise ConfigError(
                f'unknown key {key!r} in the config, did you mean {near!r}? '
                '(a helper variable can start with an underscore)'
            )
    if isinstance(cfg, Config):
        cfg = cfg._cfg_dict
    for path, names in SECTIONS.items():
        _check_section(cfg, path, names)
    for path, part in _walk(dict(cfg)):
        _check_component(path, part)


def known_keys() -> set[str]:
    """List the top-level keys that the runner and the toolbox read."""
    names = set(inspect.signature(Runner.__init__).parameters)
    return (names | set(_MORE_KEYS)) - {'self', 'cfg'}


def _check_section(cfg: Mapping, path: str, names: set[str]) -> None:
    section: Any = cfg
    for part in path.split('.'):
        section = section.get(part) if isinstance(section, Mapping) else None
    if not isinstance(section, Mapping):
        return
    for key in section:
        if key not in names | set(_POPPED):
            near = _nearest(key, names, 0.5)
            hint = f', did you mean {near!r}?' if near else ''
            raise ConfigError(
                f'unknown key {path}.{key}{hint} '
                f'(known: {", ".join(sorted(names))})'
            )


def _walk(node: Any, path: str = '') -> Iterator[tuple[str, dict]]:
    """Find every component, that is a dict with a ``type``."""
    if isinstance(node, Mapping):
        if 'type' in node:
            yield path, dict(node)
        for key, value in node.items():
            yield from _walk(value, f'{path}.{key}' if path else str(key))
    elif isinstance(node, (list, tuple)):
        for i, value in enumerate(node):
            yield from _walk(value, f'{path}[{i}]')


def _check_component(path: str, part: dict) -> None:
    found = _find_classes(part['type']) or _find_foreign(path, part['type'])
    if not found:
        return
    given = [key for key in part if key not in _POPPED]
    errors = []
    for cls in found:
        known, is_open = _arguments(cls)
        unknown = [key for key in given if key not in known]
        close = {key: _nearest(key, known) for key in unknown}
        if is_open:
            unknown = [key for key in unknown if close[key]]
        if not unknown:
            return
        key = unknown[0]
        near = close[key] or _nearest(key, known, 0.5)
        hint = f', did you mean {near!r}?' if near else ''
        names = ', '.join(sorted(known))
        errors.append(
            f'{path}: {cls.__name__} has no argument {key!r}{hint} '
            f'(it has: {names})'
        )
    raise ConfigError(errors[0])


def _find_classes(name: Any) -> list[Any]:
    """Look a name up in our registries, without the parents' classes."""
    if not isinstance(name, str):
        return [name] if inspect.isclass(name) and _is_ours(name) else []
    scope, _, short = name.rpartition('.')
    if scope not in ('', 'mmmotion'):
        return []
    found = []
    for registry in vars(ours).values():
        if isinstance(registry, Registry) and registry is not root:
            registry.import_from_location()
            part = registry.module_dict.get(short)
            if part is not None:
                found.append(part)
    return found


def _find_foreign(path: str, name: Any) -> list[Any]:
    """Look a name up in the parents of the registries of its place."""
    if not isinstance(name, str):
        return []
    found = []
    for registry in _FOREIGN.get(re.split(r'[.\[]', path)[0], ()):
        parent = registry.parent
        parent.import_from_location()
        part = parent.module_dict.get(name.removeprefix('mmengine.'))
        if part is not None:
            found.append(part)
    return found


def _is_ours(cls: type) -> bool:
    return cls.__module__.split('.')[0] == 'mmmotion'


def _arguments(part: Any) -> tuple[set[str], bool]:
    """List argument names; True if it takes others that are not known."""
    if not inspect.isclass(part):
        return _parameters(part)
    known: set[str] = set()
    for cls in part.__mro__:
        if '__init__' not in vars(cls) or cls is object:
            continue
        names, is_open = _parameters(vars(cls)['__init__'])
        known |= names
        if not is_open:
            # A class below hands its **kwargs on; mostly to this one.
            return known, cls is not _first_init(part)
    return known, True


def _first_init(part: type) -> type:
    return next(cls for cls in part.__mro__ if '__init__' in vars(cls))


def _parameters(function: Any) -> tuple[set[str], bool]:
    parameters = inspect.signature(function).parameters.values()
    kinds = {parameter.kind for parameter in parameters}
    names = {
        parameter.name
        for parameter in parameters if parameter.kind not in
        (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    }
    return names - {'self'}, inspect.Parameter.VAR_KEYWORD in kinds


def _nearest(
    key: str, known: Iterable[str], cutoff: float = CLOSE
) -> str | None:
    near = difflib.get_close_matches(key, sorted(known), n=1, cutoff=cutoff)
    return near[0] if near else None
