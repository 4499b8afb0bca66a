"""Feature extractors of the library timm."""

import difflib
import logging
import re
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

import torch
from mmengine.logging import print_log
from torch import Tensor

from mmmotion.registry import MODELS

from .staged_encoder import FrozenStages, StagedEncoder

# What MotionDataPreprocessor does by default, in 0..1.
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _import_timm() -> ModuleType:
    try:
        import timm
    except ImportError as error:
        raise ImportError(
            f'TimmEncoder needs timm, but {error.name or error} is missing: '
            "pip install 'mmmotion[timm]'"
        ) from error
    except RuntimeError as error:
        raise ImportError(
            'TimmEncoder needs timm, whose import of torchvision fails '
            f'({error}): install the torchvision that was built for torch '
            f'{torch.__version__}'
        ) from error
    return timm


@MODELS.register_module()
class TimmEncoder(StagedEncoder):
    """Any network that timm makes feature maps of.

    Needs the extra ``mmmotion[timm]``. Nothing is downloaded:
    ``init_cfg=dict(type='Pretrained', checkpoint=...)`` reads a file of the
    whole network in timm's names, whose classifier is left out.

    Args:
        model_name: Name of the network, with or without the name of its
            weights, such as ``'convnext_tiny'``.
        out_indices: Maps to return, as timm counts them; by default those
            that it returns itself.
        model_args: Further arguments of ``timm.create_model``, such as
            ``dict(strict_img_size=False)`` for a Swin transformer, or
            ``dict(dynamic_img_size=True)`` for a ViT, on frames of other
            sizes than timm's; ``img_size`` would change the shapes of
            position tables, and released weights would not fit.
        frozen_stages: See ``StagedEncoder``; the whole network is one stage,
            so that -1 freezes nothing, and 0 or ``'all'`` everything.
        init_cfg: Initialisation as in mmengine; by default that of timm.

    Attributes:
        out_channels: Channels of the returned maps.

    Raises:
        ImportError: If timm or torchvision are missing or do not fit torch.
        ValueError: If timm knows no such network, or cannot make feature maps
            of it.
    """

    def __init__(
        self,
        model_name: str,
        out_indices: Sequence[int] | None = None,
        model_args: Mapping[str, Any] | None = None,
        frozen_stages: FrozenStages = -1,
        init_cfg: dict | list[dict] | None = None,
    ) -> None:
        super().__init__(frozen_stages, init_cfg)
        timm = _import_timm()
        if not timm.is_model(model_name):
            close = difflib.get_close_matches(model_name, timm.list_models())
            hint = f', did you mean {" or ".join(close)}?' if close else ''
            raise ValueError(f'timm has no network {model_name!r}{hint}')
        settings = dict(model_args or {})
        if out_indices is not None:
            settings['out_indices'] = tuple(out_indices)
        try:
            self.net = timm.create_model(
                model_name, pretrained=False, features_only=True, **settings
            )
        except (AssertionError, AttributeError, IndexError,
                RuntimeError) as error:
            raise ValueError(
                f'timm makes no feature maps of {model_name!r} with '
                f'{settings}: {error!r}'
            ) from error
        self.out_channels = tuple(self.net.feature_info.channels())
        self._channels_last = getattr(self.net, 'output_fmt', '') == 'NHWC'
        _compare_normalisation(model_name, timm.get_pretrained_cfg(model_name))
        self.freeze_stages([['net']])

    def rename_released(self, weights: Mapping[str, Any]) -> dict[str, Any]:
        """Give the weights of a whole network the names of the extractor.

        The extractor puts ``model.`` or ``body.`` before the names, or joins
        their first two parts by an underscore, depending on the network.

        Args:
            weights: State dict in timm's names, or in ours.

        Returns:
            What belongs to the extractor, under our names.
        """
        renamed = {}
        for name in self.state_dict():
            inner = name.removeprefix('net.')
            first, dot, rest = inner.partition('.')
            candidates = [name, inner]
            if first in ('model', 'body'):
                candidates.append(rest)
            candidates += [
                f'{first[:m.start()]}.{first[m.end():]}{dot}{rest}'
                for m in re.finditer('_', first)
            ]
            for candidate in candidates:
                if candidate in weights:
                    renamed[name] = weights[candidate]
                    break
        return renamed

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Compute the maps.

        Args:
            x: (B, 3, H, W) normalised image.

        Returns:
            One map (B, ``out_channels[i]``, h, w) per index, finest first.
        """
        maps = self.net(x)
        if self._channels_last:
            maps = [m.permute(0, 3, 1, 2).contiguous() for m in maps]
        return tuple(maps)


def _compare_normalisation(model_name: str, released: Any) -> None:
    """Say what the data preprocessor has to do for the released weights."""
    mean = tuple(getattr(released, 'mean', None) or _MEAN)
    std = tuple(getattr(released, 'std', None) or _STD)
    if mean != _MEAN or std != _STD:
        scaled = [
            tuple(round(255 * v, 3) for v in part) for part in (mean, std)
        ]
        print_log(
            f'released weights of {model_name} expect data_preprocessor=dict('
            f'mean={scaled[0]}, std={scaled[1]})',
            logger='current',
            level=logging.WARNING,
        )
