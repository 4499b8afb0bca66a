"""Which config a short name stands for."""

from pathlib import Path

from mmengine.fileio import load

from .config_path import config_path, config_roots

METHODS = {
    'amd': 'amd-tiny_video',
    'gwm': 'gwm_unet-tiny_video',
    'imas': 'imas-tiny_video',
    'mg': 'mg-tiny_video',
    'oclr': 'oclr-small_davis',
    'robust-background': 'robust-background_video',
}
"""Model by name of the method: the one that suits any video on any machine."""

_SUFFIX = '_video'
_SUFFIXES = ('.py', '.yaml', '.yml', '.json')


def list_models() -> dict[str, str]:
    """List the models of the toolbox.

    Returns:
        Path of the config by name of the model.
    """
    found: dict[str, str] = {}
    for root in config_roots():
        for metafile in load(root / 'model-index.yml')['Import']:
            for model in load(root / metafile)['Models']:
                found.setdefault(model['Name'], str(root / model['Config']))
    return found


def find_config(model: str) -> Path:
    """Find a config by what a user calls it.

    Args:
        model: A method (:data:`METHODS`), a model of the index (whose suffix
            ``_video`` may be left out), the name of a config below
            ``configs/``, or a path of a config.

    Raises:
        FileNotFoundError: If there is none; the message lists methods.
        ValueError: If it is a file of another kind.
    """
    if Path(model).is_file():
        if Path(model).suffix not in _SUFFIXES:
            raise ValueError(
                f'expected a config ({", ".join(_SUFFIXES)}), got '
                f'{Path(model)}'
            )
        return Path(model)
    models = list_models()
    for name in (METHODS.get(model, model), model + _SUFFIX):
        if name in models:
            return Path(models[name])
    if '/' in model:
        return config_path(model)
    near = sorted(known for known in models if model in known)
    raise FileNotFoundError(
        f'no model {model!r}: expected a method ({", ".join(METHODS)}), a '
        'path of a config, or a model of the index'
        f'{": " + ", ".join(near) if near else ""}'
    )
