"""Training of a copy of a model on the frames of one video."""

import copy
import math
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any

import torch
from mmengine.model import BaseModel, revert_sync_batchnorm
from mmengine.optim import OptimWrapper, build_optim_wrapper
from mmengine.runner import Runner
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.data import DataLoader

from mmmotion.datasets import is_label
from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.registry import DATA_SAMPLERS
from mmmotion.structures import MotionDataSample

from .training_videos import TrainingVideos


class VideoAdapter:
    """Trains copies of a model, each on one video, without labels.

    Nothing is shared with other processes: gradients, statistics of batch
    normalisation and draws of the sampler are those of this one.

    Args:
        videos: The frames to train on.
        dataloader: Config of the data loader. Its sampler has to be endless
            and to take ``split_over_ranks=False``, as ``VideoSampler``. The
            data set is not read from it.
        optim_wrapper: Config of the optimizer, which is made anew for each
            video.
        num_steps: Number of iterations.
        norm_eval: Whether batch normalisation uses the statistics that it
            has, and keeps them.
    """

    def __init__(
        self,
        videos: TrainingVideos,
        dataloader: Mapping[str, Any],
        optim_wrapper: Mapping[str, Any],
        num_steps: int,
        norm_eval: bool = False,
    ) -> None:
        self.videos = videos
        self.dataloader = dict(dataloader)
        self.optim_wrapper = optim_wrapper
        self.num_steps = num_steps
        self.norm_eval = norm_eval

    def adapt(
        self,
        model: BaseSegmentor,
        video_id: str,
        seed: int,
        on_step: Callable[[], None] | None = None,
    ) -> tuple[BaseSegmentor, list[float]]:
        """Adapt to a video; the model itself stays as it is.

        Args:
            model: The model to start from, without a distributed wrapper.
            video_id: The video.
            seed: Seed of the draws; further random numbers are those of the
                global generators.
            on_step: Called after each step.

        Returns:
            The adapted copy in evaluation mode, and the loss of each step.

        Raises:
            FloatingPointError: If a loss is not finite.
            ValueError: If the sampler ends before the last step.
        """
        adapted = _copy(model)
        losses: list[float] = []
        if self.num_steps:
            wrapper = build_optim_wrapper(
                adapted, copy.deepcopy(self.optim_wrapper)
            )
            wrapper.initialize_count_status(adapted, 0, self.num_steps)
            self._set_train_mode(adapted)
            loader = self._load(video_id, seed)
            for batch in islice(loader, self.num_steps):
                losses.append(_train_step(adapted, wrapper, batch))
                if not math.isfinite(losses[-1]):
                    raise FloatingPointError(
                        f'the loss of step {len(losses)} of the adaptation '
                        f'to video {video_id!r} is {losses[-1]}; a smaller '
                        'learning rate may help (test_cfg.optim_wrapper)'
                    )
                if on_step is not None:
                    on_step()
        if len(losses) < self.num_steps:
            raise ValueError(
                f'expected an endless sampler, got one that ends after '
                f'{len(losses)} of {self.num_steps} steps: '
                f'{self.dataloader["sampler"]}'
            )
        return adapted.eval(), losses

    def _set_train_mode(self, model: nn.Module) -> None:
        model.train()
        for module in model.modules():
            if self.norm_eval and isinstance(module, _BatchNorm):
                module.eval()

    def _load(self, video_id: str, seed: int) -> DataLoader:
        dataset = self.videos.subset(video_id)
        sampler = DATA_SAMPLERS.build(
            self.dataloader['sampler'],
            default_args=dict(
                dataset=dataset, seed=seed, split_over_ranks=False
            ),
        )
        cfg = dict(self.dataloader, dataset=dataset, sampler=sampler)
        cfg.pop('num_batch_per_epoch', None)
        # A seed would make the workers' random numbers those of the rank.
        return Runner.build_dataloader(cfg, seed=None)


def _copy(model: BaseSegmentor) -> BaseSegmentor:
    # The steps of post-processing are not trained and may hold encoders.
    shared = (model.postprocess, model.postprocess_state)
    copied = copy.deepcopy(model, {id(part): part for part in shared})
    # The processes do not work on the same video.
    return revert_sync_batchnorm(copied)


@torch.enable_grad()
def _train_step(
    model: BaseSegmentor, wrapper: OptimWrapper, batch: dict
) -> float:
    batch = dict(batch, data_samples=_hide_labels(batch['data_samples']))
    with wrapper.optim_context(model):
        data = model.data_preprocessor(batch, True)
        losses = model(**data, mode='loss')
    # Not the segmentor's own, which waits for all processes.
    loss, _ = BaseModel.parse_losses(model, losses)
    wrapper.update_params(loss)
    return loss.item()


def _hide_labels(samples: list[MotionDataSample]) -> list[MotionDataSample]:
    """Leave nothing but the metadata, for scenes are rendered with truth."""
    return [
        MotionDataSample(
            metainfo={
                key: value
                for key, value in sample.metainfo_items() if not is_label(key)
            }
        ) for sample in samples
    ]
