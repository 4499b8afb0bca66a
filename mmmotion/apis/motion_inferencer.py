"""A video in, the masks of its moving objects out."""

import copy
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.device import get_device
from mmengine.infer import BaseInferencer
from torch import nn

from mmmotion.structures import VideoResult

from .method import Method, mmmotion_scope
from .model_name import list_models
from .run_settings import RunSettings
from .sources import FrameSource, open_source
from .stages import StageProgress
from .video_run import VideoRun

DEFAULT_MODEL = 'gwm_unet-tiny'


class MotionInferencer(BaseInferencer):
    """Find the moving objects of videos without any label.

    Without weights the method learns from the very video that it then
    segments (internal learning); with weights it predicts, after some
    iterations on the video if ``adapt_iters`` asks for them.

    Memory does not grow with the length of a video: what does grow is on
    disk, and frames are worked on in windows.

    Args:
        model: A method (``'gwm'``, ``'robust-background'``, ...), a model of
            the index, a path of a config, or a config.
        weights: Checkpoint of the model.
        device: Where the model runs; CUDA if there is a device, by default.
        show_progress: Whether progress is shown on the console.
        cfg_options: Changes of the config by dotted key.
        on_progress: Called with name of the stage, steps done and steps in
            all (None if unknown).

    Raises:
        FileNotFoundError: If there is no such model or checkpoint.
        ValueError: If the method can do nothing without weights.

    Example::

        inferencer = MotionInferencer('robust-background')
        result = inferencer('clip.mp4', out_dir='results')
        labels = result.labels[0]  # (H, W), 0 background, 1..O objects
    """

    preprocess_kwargs = {'name', 'fps'}
    forward_kwargs = {field.name for field in fields(RunSettings)}
    visualize_kwargs = {'overlay', 'report', 'command'}
    postprocess_kwargs = {'soft_masks'}

    def __init__(
        self,
        model: str | Path | Config = DEFAULT_MODEL,
        weights: str | Path | None = None,
        device: str | None = None,
        show_progress: bool = True,
        cfg_options: Mapping[str, Any] | None = None,
        on_progress: Callable[[str, int, int | None], None] | None = None,
    ) -> None:
        self.method = Method(
            model, weights, device or get_device(), cfg_options
        )
        with mmmotion_scope():
            super().__init__(
                self.method.cfg,
                self.method.weights,
                self.method.device,
                'mmmotion',
                show_progress,
            )
        self.progress = StageProgress(show_progress, on_progress)

    def __call__(
        self,
        inputs: Any,  # a source, or a list of sources
        out_dir: str | Path | None = None,
        batch_size: int = 1,
        **kwargs: Any,  # checked by name
    ) -> VideoResult | list[VideoResult]:
        """Segment one video, or one after the other.

        Args:
            inputs: A video file, a folder of frames, a glob pattern, an
                image file, a list of (H, W, 3) RGB arrays, or a list of
                several of these.
            out_dir: Folder that gets a folder for each video; None writes
                nothing.
            batch_size: Not read; a video chooses its own.
            **kwargs: Fields of ``RunSettings``; ``name`` and ``fps`` of the
                video; ``overlay`` and ``report`` (True writes them), the
                ``command`` that the report shows; ``soft_masks`` (True
                writes them).

        Returns:
            The result, or a list of results for a list of inputs.

        Raises:
            FileNotFoundError: If an input does not exist.
            InputError: If an input cannot be worked on.
            OSError: If a file cannot be written.
            ValueError: If an argument is unknown or out of its range.
        """
        opening, running, showing, finishing = self._dispatch_kwargs(**kwargs)
        settings = RunSettings(**running)
        sources = self._inputs_to_list(inputs)
        results = []
        for source in self.preprocess(sources, batch_size, **opening):
            with mmmotion_scope(), VideoRun(source, self.method, settings,
                                            out_dir, self.progress) as run:
                result = self.forward(run)
                if run.results is not None:
                    self.visualize([run], [result], **showing)
                results += self.postprocess([result], [run], **finishing)
            self.progress.say(_summarise(result, run))
        return results if _is_batch(inputs) else results[0]

    def preprocess(
        self,
        inputs: Iterable[Any],
        batch_size: int = 1,
        **kwargs: Any,
    ) -> Iterator[FrameSource]:
        """Open the videos, all of them before the first is worked on."""
        opened = [
            source if isinstance(source, FrameSource) else
            self.pipeline(source, **kwargs) for source in inputs
        ]
        yield from make_names_unique(opened)

    def forward(self, inputs: VideoRun, **kwargs: Any) -> VideoResult:
        """Work on one video."""
        return inputs.run()

    def visualize(
        self,
        inputs: Sequence[VideoRun],
        preds: Sequence[VideoResult],
        show: bool = False,
        overlay: bool = True,
        report: bool = True,
        command: str = '',
        **kwargs: Any,
    ) -> list[np.ndarray]:
        """Write what people look at into the folders of the videos.

        Args:
            inputs: The runs.
            preds: Their results.
            show: Not read; nothing is shown on a screen.
            overlay: Whether to write ``overlay.mp4``.
            report: Whether to write ``report.html``.
            command: How to make it again, for the report; the call in Python
                if empty.
            **kwargs: None.
        """
        for run, result in zip(inputs, preds, strict=True):
            run.write_pictures(
                result, overlay, report, command or _describe_call(run)
            )
        return []

    def postprocess(
        self,
        preds: Sequence[VideoResult],
        visualization: Sequence[VideoRun],
        return_datasample: bool = False,
        soft_masks: bool = False,
        **kwargs: Any,
    ) -> list[VideoResult]:
        """Write what scripts read.

        Args:
            preds: The results.
            visualization: Their runs.
            return_datasample: Not read; results are returned as they are.
            soft_masks: Whether to write ``soft_masks.npz``.
            **kwargs: None.
        """
        for run, result in zip(visualization, preds, strict=True):
            if run.results is not None:
                run.write_data(result, soft_masks)
        return list(preds)

    @staticmethod
    def list_models(scope: str | None = None,
                    patterns: str = r'.*') -> list[str]:
        """List the names of the models of the toolbox.

        Args:
            scope: Not read; it is always this package.
            patterns: Regular expression that the names have to match.
        """
        return [n for n in list_models() if re.match(patterns, n)]

    def _init_model(
        self, cfg: Any, weights: str | None, device: str = 'cpu'
    ) -> nn.Module:
        return self.method.build(
        ) if weights is None else (self.method.load(weights))

    def _init_pipeline(self, cfg: Any) -> Callable[..., FrameSource]:
        return open_source

    def _init_collate(self, cfg: Any) -> Callable:
        return pseudo_collate

    def _init_visualizer(self, cfg: Any) -> None:
        return None

    def _inputs_to_list(self, inputs: Any) -> list:
        return list(inputs) if _is_batch(inputs) else [inputs]


def _is_batch(inputs: Any) -> bool:
    """Whether these are several videos, and not the frames of one."""
    if not isinstance(inputs, list | tuple):
        return False
    kinds = (str, os.PathLike, list, tuple, FrameSource)
    is_video = [
        isinstance(item, kinds) or getattr(item, 'ndim', 0) == 4
        for item in inputs
    ]
    return bool(inputs) and all(is_video)


def _describe_call(run: VideoRun) -> str:
    """How to make a result again in Python, but for where it goes."""
    method, source = run.method, run.source
    model = [repr(method.title)]
    if method.weights is not None:
        model.append(f'weights={method.weights!r}')
    if method.options:
        model.append(f'cfg_options={method.options!r}')
    call = ['frames' if source.origin is None else repr(source.origin)]
    call += [f'name={source.name!r}', f'fps={source.fps!r}']
    for choice in fields(RunSettings):
        value = getattr(run.settings, choice.name)
        if value != choice.default:
            call.append(f'{choice.name}={value!r}')
    return f'MotionInferencer({", ".join(model)})({", ".join(call)})'


def _summarise(result: VideoResult, run: VideoRun) -> str:
    """The answer in a line."""
    where = '' if run.results is None else f', see {run.results.path}'
    frames = 'one frame' if len(result) == 1 else f'{len(result)} frames'
    return f'{result.name}: {result.answer} in {frames}{where}'


def make_names_unique(sources: Iterable[FrameSource]) -> list[FrameSource]:
    """Give videos of one name, such as a.mp4 and b/a.mp4, a folder each.

    Args:
        sources: The videos.

    Returns:
        The videos, with copies by another name for later ones of a name.
    """
    named: dict[str, FrameSource] = {}
    for source in sources:
        name, count = source.name, 1
        while name in named:
            count += 1
            name = f'{source.name}-{count}'
        if name != source.name:
            source = copy.copy(source)
            source.name = name
        named[name] = source
    return list(named.values())
