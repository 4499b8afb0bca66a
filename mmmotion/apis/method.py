"""A method as its config describes it."""

import copy
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmengine.utils import import_modules_from_strings

from mmmotion.engine import (
    ConfigError,
    check_config,
    load_checkpoint,
    load_config,
)
from mmmotion.engine.adaptation import find_checkpoints
from mmmotion.flow.estimators import complete_settings
from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.postprocessing import ObjectChannel
from mmmotion.registry import FLOW_ESTIMATORS, MODELS

from .model_name import find_config
from .own_video_config import (
    DEFAULT_ESTIMATOR,
    DEFAULT_GAPS,
    find_dataset,
    largest_side,
    point_at,
    reads_flow,
    reads_neighbours,
)
from .sources import InputError

_WORK_SIDE = 240


class Method:
    """What a config says about how a video is worked on.

    Args:
        model: Name of a method or model, or a path, see ``find_config``; or
            the config itself.
        weights: Checkpoint to start from; None learns from the video.
        device: Where the model runs.
        options: Changes of the config by dotted key.

    Raises:
        FileNotFoundError: If there is no such config or checkpoint.
        ImportError: If the flow needs a package that is not installed.
        ValueError: If the method can do nothing without weights, the config
            has no part that says how it reads a video, or there is no such
            device.

    Attributes:
        name: Name of the config.
        title: What the user calls the method, for messages.
        options: Changes of the config by dotted key.
    """

    def __init__(
        self,
        model: str | Path | Config,
        weights: str | Path | None = None,
        device: str = 'cpu',
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.options = dict(options or {})
        if isinstance(model, Config):
            self.name = self.title = Path(model.filename or 'config').stem
            self.cfg = copy.deepcopy(model)
            self.cfg.merge_from_dict(self.options)
        else:
            path = find_config(str(model))
            self.name, self.title = path.stem, str(Path(model))
            self.cfg = load_config(path, self.options)
        self.weights = None if weights is None else str(weights)
        self.device = str(device)
        check_device(self.device)
        check_config(self.cfg)
        with mmmotion_scope():
            self._resolve()

    def _resolve(self) -> None:
        """Look up what the config names."""
        import_modules_from_strings(list(self.plugins))
        self.test_dataset = find_dataset(self.cfg, 'test_dataloader')
        wanted = self.cfg.get('model')
        name = wanted.get('type') if isinstance(wanted, Mapping) else wanted
        kind = MODELS.get(name) if isinstance(name, str) else None
        if not isinstance(kind, type) or not issubclass(kind, BaseSegmentor):
            raise ValueError(f'expected a model that segments, got {name}')
        if self.cfg.get('data_preprocessor'):  # as the runner does
            self.cfg.model.setdefault(
                'data_preprocessor', self.cfg.data_preprocessor
            )
        self.trains_without_labels = kind.trains_without_labels
        self._check_weights()
        # With weights, a method that reads single frames may need no flow.
        if self.learns or not self.works_on_images:
            FLOW_ESTIMATORS.build(complete_settings(self.estimator))

    @property
    def plugins(self) -> tuple[str, ...]:
        """Modules of third parties that the config imports."""
        imports = (self.cfg.get('custom_imports') or {}).get('imports') or ()
        return (imports, ) if isinstance(imports, str) else tuple(imports)

    @cached_property
    def has_weights(self) -> bool:
        """Whether there is anything to learn."""
        return next(self.build().parameters(), None) is not None

    @property
    def learns(self) -> bool:
        """Whether the weights have to be learned from the video."""
        return self.weights is None and self.has_weights

    def adapts(self, num_iters: int | None) -> bool:
        """Tell whether the model trains on the video.

        Args:
            num_iters: Iterations that the user asks for, if any.

        Raises:
            FileNotFoundError: If the model starts from a file that is not
                there.
            ValueError: If some are asked for but the method cannot train, or
                it does not count iterations.
        """
        if num_iters is not None and num_iters < 0:
            raise ValueError(f'expected 0 iterations or more, got {num_iters}')
        if self.learns and num_iters == 0:
            raise ValueError(
                f'{self.title} has no weights and learns from the video: '
                'expected 1 iteration or more, got 0'
            )
        if self.learns:
            self._check_training()
            return True
        if not num_iters:
            return False
        if not self.has_weights or not self.trains_without_labels:
            raise ValueError(
                f'{self.title} cannot adapt to a video: it ' + (
                    'learns from labels' if self.
                    has_weights else 'has nothing to learn'
                )
            )
        return True

    @cached_property
    def train_dataset(self) -> Mapping[str, Any]:
        """Config of the data set of the training, on files."""
        return find_dataset(self.cfg, 'train_dataloader')

    @property
    def works_on_images(self) -> bool:
        """Whether single frames without flow are enough to predict."""
        return not reads_neighbours(self.test_dataset['pipeline'])

    @property
    def estimator(self) -> dict[str, Any]:
        """Who computes the flow."""
        datasets = [self.test_dataset]
        if self.trains_without_labels and self.cfg.get('train_dataloader'):
            datasets.append(self.train_dataset)
        for dataset in datasets:
            found = dataset.get('flow_estimator')
            if found:
                return dict(type=found) if isinstance(found, str) else found
        return dict(DEFAULT_ESTIMATOR)

    def gaps(self, adapts: bool) -> tuple[int, ...]:
        """List the signed gaps of the flows that are read.

        Args:
            adapts: Whether the model trains on the video.
        """
        datasets = [self.test_dataset]
        datasets += [self.train_dataset] if adapts else []
        gaps: dict[int, None] = {1: None}  # for motion scores and pictures
        for dataset in datasets:
            if reads_flow(dataset['pipeline']):
                gaps |= dict.fromkeys(dataset.get('gaps', DEFAULT_GAPS))
        return tuple(gaps)

    def work_side(self, adapts: bool) -> int:
        """Shorter side of the frames that the method works on.

        Args:
            adapts: Whether the model trains on the video.
        """
        datasets = [self.test_dataset]
        datasets += [self.train_dataset] if adapts else []
        sides = [largest_side(dataset['pipeline']) for dataset in datasets]
        return max(_WORK_SIDE, *sides)

    def build(self) -> BaseSegmentor:
        """Build the model with random weights."""
        return MODELS.build(self.cfg.model)

    def load(self, weights: str | Path) -> BaseSegmentor:
        """Build the model with the weights of a checkpoint.

        Args:
            weights: The file.

        Raises:
            FileNotFoundError: If there is no such file.
            CheckpointError: If it cannot be read safely or does not fit.
            ValueError: If it does not tell which channel is the object, and
                the config does not either.
        """
        model = self.build()
        load_checkpoint(model, weights)
        for index, step in enumerate(model.postprocess):
            if isinstance(step, ObjectChannel) and step.current is None:
                raise ValueError(
                    f'{weights} does not tell which channel of {self.title} '
                    f'is the object: name it by model.postprocess.{index}.'
                    'channel=N (--cfg-options)'
                )
        return model.to(torch.device(self.device)).eval()

    def for_video(
        self, root: Path, has_flow: bool, is_portrait: bool = False
    ) -> Config:
        """Point the config at the work folder of a video.

        Args:
            root: The work folder.
            has_flow: Whether there is flow in it.
            is_portrait: Whether the video is higher than wide.
        """
        cfg = Config(self.cfg.to_dict())
        estimator = self.estimator if has_flow else None
        cfg.test_dataloader.dataset = point_at(
            self.test_dataset, str(root), estimator, is_portrait
        )
        if self.cfg.get('train_dataloader') and self.trains_without_labels:
            cfg.train_dataloader.dataset = point_at(
                self.train_dataset, str(root), estimator, is_portrait
            )
        return cfg

    def check_length(self, num_frames: int) -> None:
        """Refuse a video that is too short for the method.

        Args:
            num_frames: Length of the video.

        Raises:
            InputError: If it is.
        """
        if num_frames > 1:
            return
        if self.learns:
            raise InputError(
                f'{self.title} learns from the motion in a video and has no '
                'weights, but there is only one frame: give two or more, or '
                'weights of a method that works on images'
            )
        if not self.works_on_images:
            raise InputError(
                f'{self.title} needs the motion between two frames, but there '
                'is only one frame'
            )

    def _check_weights(self) -> None:
        if self.weights is not None:
            if not Path(self.weights).is_file():
                raise FileNotFoundError(
                    f'checkpoint not found: {Path(self.weights).absolute()} '
                    '(weights)'
                )
            if not self.has_weights:
                raise ValueError(f'{self.title} has no weights to load')
        elif self.learns and not self.trains_without_labels:
            raise ValueError(
                f'{self.title} learns from labels that only a synthetic world '
                'has, so it cannot learn from a video: give weights'
            )
        elif self.learns and not self.cfg.get('train_dataloader'):
            raise ValueError(
                f'{self.title} has no train_dataloader, so it cannot learn '
                'from a video: give weights'
            )

    def _check_training(self) -> None:
        if 'max_iters' not in (self.cfg.get('train_cfg') or {}):
            raise ConfigError(
                f'{self.title} counts epochs, but learning from a video '
                'counts iterations: expected train_cfg.max_iters'
            )
        for path in find_checkpoints(self.cfg.model):
            if '://' not in path and not Path(path).expanduser().is_file():
                raise FileNotFoundError(
                    f'checkpoint not found: {Path(path).absolute()} '
                    f'("checkpoint" in the model of {self.title})'
                )


def check_device(device: str) -> None:
    """Refuse a device that is not there.

    Args:
        device: Such as ``'cpu'`` or ``'cuda:1'``.

    Raises:
        ValueError: If there is none of this name.
    """
    try:
        kind = torch.device(device).type
    except RuntimeError as error:
        raise ValueError(f'no such device: {device!r}') from error
    if kind == 'cpu':
        return
    if kind != 'cuda':
        _try_device(device)
        return
    if not torch.cuda.is_available():
        raise ValueError(f'there is no CUDA device, got device={device!r}')
    number = torch.cuda.device_count()
    if (torch.device(device).index or 0) >= number:
        raise ValueError(
            f'expected cuda or cuda:N with N below {number}, got {device!r}'
        )


def _try_device(device: str) -> None:
    try:
        torch.zeros(1, device=device).cpu()
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        raise ValueError(f'cannot use device {device!r}: {error}') from error


def mmmotion_scope() -> AbstractContextManager[None]:
    """Resolve names as in a config file, whatever others have set."""
    return DefaultScope.overwrite_default_scope('mmmotion')
