"""Checkpoint files of the original implementations to ours."""

import io
import pickle
from pathlib import Path
from typing import Any

import torch

from mmmotion.engine import CheckpointError, read_checkpoint
from mmmotion.flow.atomic import write_atomically

from .state_dict import convert_state_dict, unwrap_state_dict


def convert_checkpoint(
    source: str,
    path_in: str | Path,
    path_out: str | Path,
    trust_pickle: bool = False,
    encoder_path: str | Path | None = None,
) -> int:
    """Convert a released checkpoint.

    The result is a dict with ``state_dict`` and ``meta``; it needs no code to
    be read and appears only when it is whole.

    Args:
        source: Name of the original, see
            :data:`~mmmotion.convert.state_dict.CONVERTERS`.
        path_in: Checkpoint of the original.
        path_out: Checkpoint to write; an existing file is replaced.
        trust_pickle: Read a file that executes code when it is read. Only
            for files from a source that you trust.
        encoder_path: Released file of the encoder, for checkpoints that do
            not hold it.

    Returns:
        Number of converted weights.

    Raises:
        FileNotFoundError: If there is no such file.
        CheckpointError: If it is damaged or needs code to be executed.
        ValueError: If it is no checkpoint of this source.
    """
    original = unwrap_state_dict(_read(Path(path_in), trust_pickle))
    if encoder_path is not None:
        original.update(unwrap_state_dict(read_checkpoint(encoder_path)))
    files = str(path_in)
    if encoder_path is not None:
        files += f' with the encoder of {encoder_path}'
    try:
        weights = convert_state_dict(source, original)
    except (TypeError, ValueError) as error:
        raise ValueError(f'{files}: {error}') from error
    buffer = io.BytesIO()
    torch.save(dict(meta=dict(source=source), state_dict=weights), buffer)
    write_atomically(path_out, buffer.getvalue())
    return len(weights)


def _read(path: Path, trust_pickle: bool) -> dict[str, Any]:
    if not trust_pickle or not path.is_file():
        return read_checkpoint(path)
    try:
        return torch.load(path, map_location='cpu', weights_only=False)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise CheckpointError(f'{path} cannot be read: {error}') from error
