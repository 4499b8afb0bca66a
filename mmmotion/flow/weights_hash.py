"""Fingerprint of a model's weights."""

import hashlib
from itertools import chain

import torch
from torch import nn


def hash_weights(model: nn.Module) -> str:
    """Hash all parameters and buffers, also those that are not saved.

    Args:
        model: The model, on any device.

    Returns:
        SHA-256 of names, types, shapes and values, as hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name, value in chain(model.named_parameters(), model.named_buffers()):
        digest.update(f'{name} {value.dtype} {tuple(value.shape)};'.encode())
        flat = value.detach().cpu().contiguous().reshape(-1)
        digest.update(flat.view(torch.uint8).numpy().data)
    return digest.hexdigest()
