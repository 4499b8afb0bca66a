"""What a checkpoint says about the model that it was trained as."""

import ast
from collections.abc import Mapping
from typing import Any

_SHOWN = 5
# They decide how weights are found or how results are finished, not what the
# weights mean.
_IGNORED = ('init_cfg', 'postprocess', 'train_cfg', 'test_cfg')
_IGNORED_PREFIX = 'loss'


def compare_model_settings(
    meta: Mapping[str, Any], model: Mapping[str, Any]
) -> str:
    """Describe how the model of a checkpoint differs from that of a config.

    A checkpoint of a training holds the text of its config, which is read
    here without executing it. Losses, post-processing and initialization are
    not compared: a training that starts from a checkpoint may have others.

    Args:
        meta: ``meta`` of the checkpoint.
        model: ``model`` of the config.

    Returns:
        The first differences, or an empty text if there is none or if the
        checkpoint does not say as what it was trained.
    """
    text = meta.get('cfg')
    node = _find_model(text) if isinstance(text, str) else None
    if node is None:
        return ''
    before, now = _flatten(_evaluate(node)), _flatten(model)
    differences = [
        f'model.{key}: {before.get(key, "not set")} in the checkpoint, '
        f'{now.get(key, "not set")} in the config'
        for key in sorted(before.keys() | now.keys(), key=_outer_first)
        if before.get(key) != now.get(key)
    ]
    rest = len(differences) - _SHOWN
    more = f' (and {rest} more)' if rest > 0 else ''
    return '; '.join(differences[:_SHOWN]) + more


def _outer_first(path: str) -> tuple[int, str]:
    return path.count('.'), path


def _find_model(text: str) -> ast.expr | None:
    """Find the value of ``model`` in the text of a config."""
    try:
        lines = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return None  # another format than that of Python configs
    for line in lines:
        if isinstance(line, ast.Assign) and isinstance(
                line.targets[0], ast.Name) and line.targets[0].id == 'model':
            return line.value
    return None


def _evaluate(node: ast.expr) -> Any:  # any literal, or its text
    """Build the value of an expression without calling anything."""
    if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant)
                                          for key in node.keys):
        keys = [ast.literal_eval(key) for key in node.keys if key is not None]
        return dict(zip(keys, map(_evaluate, node.values)))
    if isinstance(node, ast.Call) and ast.unparse(node.func) == 'dict':
        # mmengine writes dict({...}) where a key is no name.
        parts = [_evaluate(arg) for arg in node.args]
        parts.append({key.arg: _evaluate(key.value) for key in node.keywords})
        if all(isinstance(part, dict) for part in parts):
            return {key: part[key] for part in parts for key in part}
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_evaluate(item) for item in node.elts]
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _flatten(value: Any, path: str = '') -> dict[str, str]:  # a setting
    """List the text of each setting by its path; tuples count as lists."""
    if isinstance(value, Mapping):
        items = {
            f'{path}.{key}' if path else str(key): item
            for key, item in value.items() if key not in _IGNORED
            and not str(key).startswith(_IGNORED_PREFIX)
        }
    elif isinstance(value, (list, tuple)):
        items = {f'{path}[{i}]': item for i, item in enumerate(value)}
    else:
        return {path: repr(value)}
    flat: dict[str, str] = {}
    for key, item in items.items():
        flat.update(_flatten(item, key))
    return flat
