"""Checkpoints: reading without running code, and comparison with a model."""

import functools
import os
import pickle
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmengine.dist import barrier, is_main_process
from mmengine.runner.checkpoint import CheckpointLoader
from torch import Tensor, nn

from .model_wrapper import unwrap_model

_SHOWN = 5
_NO_WEIGHT = 'postprocess_state.'
_MapLocation = str | torch.device | Callable | None


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be used; the message says why."""


class _Match(NamedTuple):
    """How a checkpoint compares with a model."""

    num_expected: int
    num_fitting: int
    missing: list[str]
    unexpected: list[str]
    reshaped: list[str]


def read_checkpoint(path: str | Path,
                    map_location: _MapLocation = 'cpu') -> dict[str, Any]:
    """Read a local checkpoint without executing code from it.

    Args:
        path: The file.
        map_location: Where the tensors go, as for ``torch.load``.

    Raises:
        FileNotFoundError: If there is no such file.
        CheckpointError: If the file is damaged, if it could only be read by
            executing code from it, or if it holds no dict.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(
            f'checkpoint not found: {path.absolute()} (a checkpoint argument, '
            '"load_from", or "checkpoint" of an init_cfg led here)'
        )
    try:
        content = torch.load(
            path, map_location=map_location, weights_only=True
        )
    except pickle.UnpicklingError as error:
        raise CheckpointError(_explain_unpickling(path, error)) from error
    except (PermissionError, MemoryError, torch.cuda.OutOfMemoryError):
        raise
    # Random bytes are a program for the unpickler, which may fail anyhow.
    except Exception as error:
        raise CheckpointError(_describe_damage(path, error)) from error
    if not isinstance(content, dict):
        raise CheckpointError(
            f'{path} holds a {type(content).__name__}, expected a dict with '
            'weights'
        )
    return content


def find_state_dict(checkpoint: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the weights of a checkpoint, without a wrapper's prefix.

    Args:
        checkpoint: A checkpoint with a ``state_dict``, or the weights
            themselves.
    """
    weights = checkpoint.get('state_dict', checkpoint)
    return {re.sub(r'^module\.', '', key): weights[key] for key in weights}


def check_state_dict(
    model: nn.Module,
    weights: Mapping[str, Tensor],
    source: str = 'the checkpoint',
    strict: bool = True,
) -> None:
    """Refuse weights that belong to another model.

    What post-processing remembers is not asked for: it is no weight, and a
    model works with weights of others.

    Args:
        model: The model, or its distributed wrapper.
        weights: State dict of the checkpoint.
        source: Name of the file, for the message.
        strict: Refuse every missing key, unexpected key and wrong shape;
            otherwise only weights of which nothing fits the model.

    Raises:
        CheckpointError: With a few examples of each kind of difference.
    """
    match = _compare(model, weights)
    is_equal = not (match.missing or match.unexpected or match.reshaped)
    is_part = not strict and (match.num_fitting or not match.num_expected)
    if is_equal or is_part:
        return
    model_name = type(unwrap_model(model)).__name__
    raise CheckpointError(
        f'{source} does not belong to this {model_name}: '
        f'{match.num_fitting} of the {match.num_expected} entries of the '
        f'model fit.{_examples("missing", match.missing)}'
        f'{_examples("unexpected", match.unexpected)}'
        f'{_examples("of another shape", match.reshaped)}'
        f'{_explain_part(match)}'
    )


def describe_match(model: nn.Module, weights: Mapping[str, Tensor]) -> str:
    """Say which part of a checkpoint a model takes, and what it does not.

    Args:
        model: The model, or its distributed wrapper.
        weights: State dict of the checkpoint.

    Returns:
        One line: how many entries fit, which entries of the model are not in
        the checkpoint or have another shape there, so that they stay as they
        were initialised, and what else is in the checkpoint.
    """
    match = _compare(model, weights)
    unused = Counter(key.split('.')[0] for key in match.unexpected)
    others = [f'{name} ({count} entries)' for name, count in unused.items()]
    return (
        f'{match.num_fitting} of the {match.num_expected} entries of the '
        'model are taken.'
        f'{_examples("not in the checkpoint", match.missing)}'
        f'{_examples("of another shape", match.reshaped)}'
        f'{_examples("not used", others)}'
    )


def load_fitting(model: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Load the weights whose names and shapes are those of the model.

    Args:
        model: The model, or its distributed wrapper.
        weights: State dict of the checkpoint.
    """
    expected = unwrap_model(model).state_dict()
    # Names that the model lacks go along, so that a part can refuse them.
    fitting = {
        key: value
        for key, value in weights.items()
        if key not in expected or _shape(value) == _shape(expected[key])
    }
    unwrap_model(model).load_state_dict(fitting, strict=False)


def load_checkpoint(
    model: nn.Module,
    path: str | Path,
    strict: bool = True,
    map_location: _MapLocation = 'cpu',
) -> dict[str, Any]:
    """Load the weights of a local checkpoint into a model.

    Args:
        model: The model, or its distributed wrapper.
        path: The file.
        strict: See :func:`check_state_dict`.
        map_location: Where the tensors go first.

    Returns:
        The whole checkpoint.

    Raises:
        FileNotFoundError: If there is no such file.
        CheckpointError: If it cannot be read safely or does not fit.
    """
    checkpoint = read_checkpoint(path, map_location)
    weights = find_state_dict(checkpoint)
    check_state_dict(model, weights, str(path), strict)
    # When strict, what can be left is missing "num_batches_tracked", and
    # what post-processing remembers.
    load_fitting(model, weights)
    return checkpoint


def secure_checkpoint_loader() -> None:
    """Make every loader of mmengine read without executing code.

    mmengine calls ``torch.load`` with the defaults of the installed torch and
    downloads with ``weights_only=False``; its fork falls back to it on
    failure. After this call, local files and downloads are read by
    :func:`read_checkpoint` and the other schemes run with torch's switch
    that overrules ``weights_only=False``. What is loaded is logged, and not
    printed.
    """
    for prefix, loader in list(CheckpointLoader._schemes.items()):
        CheckpointLoader.register_scheme(prefix, _guard(loader), force=True)
    CheckpointLoader.register_scheme('', load_from_local, force=True)
    CheckpointLoader.register_scheme(('http://', 'https://'),
                                     load_from_http,
                                     force=True)
    load = CheckpointLoader.load_checkpoint

    @functools.wraps(load)
    def load_and_log(
        filename: str,
        map_location: _MapLocation = None,
        logger: Any = None,  # a logger or its name
    ) -> dict[str, Any]:
        """Tell the log, where the runner would print on the console."""
        return load(filename, map_location, logger or 'current')

    CheckpointLoader.load_checkpoint = staticmethod(load_and_log)


def load_from_local(filename: str,
                    map_location: _MapLocation = None) -> dict[str, Any]:
    """Read a local file for mmengine's loader."""
    return read_checkpoint(filename, map_location)


def load_from_http(
    filename: str,
    map_location: _MapLocation = None,
    model_dir: str | None = None,
) -> dict[str, Any]:
    """Download on one process per run, then read on all of them.

    Args:
        filename: URL of the checkpoint.
        map_location: Where the tensors go.
        model_dir: Folder of downloads; torch's own if None.
    """
    folder = Path(model_dir or Path(torch.hub.get_dir()) / 'checkpoints')
    path = folder / os.path.basename(filename.split('?')[0])
    if is_main_process() and not path.exists():
        _download(filename, path)
    barrier()
    if not path.exists():  # another machine than the main process
        _download(filename, path)
    return read_checkpoint(path, map_location)


def _download(url: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.hub.download_url_to_file(url, str(path))


def _guard(loader: Callable) -> Callable:

    @functools.wraps(loader)
    def guarded(filename: str, *args: Any, **kwargs: Any) -> Any:
        """Load weights only; say what else the file would run."""
        with _weights_only():
            try:
                return loader(filename, *args, **kwargs)
            except pickle.UnpicklingError as error:
                raise CheckpointError(
                    _explain_unpickling(filename, error)
                ) from error

    return guarded


@contextmanager
def _weights_only() -> Iterator[None]:
    """Overrule ``weights_only=False`` in code that cannot be changed."""
    name = 'TORCH_FORCE_WEIGHTS_ONLY_LOAD'
    before = os.environ.get(name)
    os.environ[name] = '1'
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


def _explain_unpickling(path: str | Path, error: Exception) -> str:
    reason = str(error)
    if 'invalid load key' in reason or 'truncated' in reason:
        return _describe_damage(path, error)
    found = re.search(r'GLOBAL ([\w.]+)', reason)
    what = f' (it refers to {found.group(1)})' if found else ''
    return (
        f'{path} could only be read by executing code from it{what}, which is '
        'refused. If you trust its origin, convert it once: python '
        'tools/convert_checkpoint.py SOURCE IN OUT --trust-pickle'
    )


def _describe_damage(path: str | Path, error: Exception) -> str:
    first_line = (str(error).splitlines() or [''])[0]
    return (
        f'{path} is damaged or no checkpoint '
        f'({type(error).__name__}: {first_line})'
    )


def _compare(model: nn.Module, weights: Mapping[str, Tensor]) -> _Match:
    expected = unwrap_model(model).state_dict()
    missing = [key for key in expected if key not in weights]
    # mmengine ignores these as well: old files do not have them.
    missing = [key for key in missing if 'num_batches_tracked' not in key]
    unexpected = [key for key in weights if key not in expected]
    missing, unexpected = ([
        key for key in keys if not key.startswith(_NO_WEIGHT)
    ] for keys in (missing, unexpected))
    shared = [key for key in weights if key in expected]
    shapes = {
        key: (_shape(weights[key]), _shape(expected[key]))
        for key in shared
    }
    reshaped = [
        f'{key} (checkpoint {theirs}, model {ours})'
        for key, (theirs, ours) in shapes.items() if theirs != ours
    ]
    num_fitting = len(shared) - len(reshaped)
    return _Match(len(expected), num_fitting, missing, unexpected, reshaped)


def _shape(value: Any) -> tuple[int, ...] | str:  # extra states have none
    return tuple(value.shape) if hasattr(value, 'shape') else 'no tensor'


def _explain_part(match: _Match) -> str:
    """Tell weights of one part of a model from those of another model."""
    absent = {key.split('.')[0] for key in match.missing}
    if match.unexpected or match.reshaped or absent != {'encoder'}:
        return ''
    return (
        ' The encoder is released as a file of its own: --encoder of '
        'tools/convert_checkpoint.py adds it.'
    )


def _examples(kind: str, keys: list[str]) -> str:
    if not keys:
        return ''
    more = f' and {len(keys) - _SHOWN} more' if len(keys) > _SHOWN else ''
    return f' {len(keys)} {kind}: {", ".join(keys[:_SHOWN])}{more}.'


secure_checkpoint_loader()
