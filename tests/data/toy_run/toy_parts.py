"""The parts of a training that takes milliseconds, as a plugin."""

import os
import signal

import torch
from mmengine.evaluator import BaseMetric
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.structures import BaseDataElement
from torch import nn

from mmmotion.datasets import BaseMotionDataset
from mmmotion.datasets.draw import sample_rng
from mmmotion.flow import atomic
from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.models.segmentors.object_supervision import supervise_object
from mmmotion.registry import DATASETS, HOOKS, METRICS, MODELS, TRANSFORMS


@DATASETS.register_module()
class ToyDataset(BaseMotionDataset):
    """Three videos of different length."""

    def __init__(self, **kwargs):
        # Serializing collects garbage, which takes longer than a run.
        super().__init__(serialize_data=False, **kwargs)

    def load_data_list(self):
        return [
            dict(video_id=f'v{v}', frame_id=f'{i:05d}', frame_index=i)
            for v, length in enumerate((3, 5, 4)) for i in range(length)
        ]


@TRANSFORMS.register_module()
class ToyFrame:
    """Render a frame with noise that depends on the draw alone."""

    def __init__(self, noise: float = 0.1, with_flip: bool = True):
        self.noise = noise
        self.with_flip = with_flip

    def __call__(self, results):
        rng = sample_rng(results, 'ToyFrame')
        grid = torch.linspace(-1, 1, 8)
        phase = 0.3 * results['frame_index'] + len(results['video_id'])
        frame = torch.sin(3 * grid[:, None] + phase) * grid
        frame = frame.expand(3, 8, 8).clone()
        frame += self.noise * torch.from_numpy(rng.standard_normal((3, 8, 8))
                                               ).float()
        if self.with_flip and rng.random() < 0.5:
            frame = frame.flip(-1)
        return dict(
            inputs=frame,
            data_samples=BaseDataElement(
                metainfo=dict(draw=results['draw']),
                target=frame.mean(0, keepdim=True)
            )
        )


@MODELS.register_module()
class ToyModel(BaseModel):
    """Two convolutions, with dropout or with batch normalisation."""

    def __init__(self, width=4, dropout=0.5, norm=False, init_cfg=None):
        super().__init__(init_cfg=init_cfg)
        self.layers = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1),
            nn.SyncBatchNorm(width) if norm else nn.Identity(),
            nn.Dropout(dropout),
            nn.Conv2d(width, 1, 1),
        )

    def forward(self, inputs, data_samples=None, mode='tensor'):
        output = self.layers(torch.stack(inputs))
        if mode == 'tensor':
            return output
        target = torch.stack([sample.target for sample in data_samples])
        error = (output - target).square().mean(dim=(1, 2, 3))
        if mode == 'loss':
            return dict(loss_toy=error.mean())
        for sample, value in zip(data_samples, error):
            sample.error = value
        return data_samples

    def parse_losses(self, losses):
        return BaseSegmentor.parse_losses(self, losses)


@MODELS.register_module()
class WeightlessModel(BaseModel):
    """A method without parameters."""

    def forward(self, inputs, data_samples=None, mode='tensor'):
        for frame, sample in zip(inputs, data_samples):
            sample.error = frame.square().mean()
        return data_samples


@METRICS.register_module()
class ToyMetric(BaseMetric):
    """Mean error."""

    default_prefix = 'toy'

    def process(self, data_batch, data_samples):
        self.results.extend(float(s['error']) for s in data_samples)

    def compute_metrics(self, results):
        return dict(error=sum(results) / len(results))


@HOOKS.register_module()
class KillHook(Hook):
    """Kill the process, at a batch or in the middle of a save after it."""

    priority = 'HIGHEST'

    def __init__(self, at: int, during_save: bool = False, spared: int = 0):
        self.at = at
        self.during_save = during_save
        self.spared = spared  # saved files before that one

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self._kill_at(runner.iter)

    def before_test_iter(self, runner, batch_idx, data_batch=None):
        self._kill_at(batch_idx)

    def _kill_at(self, iteration):
        if iteration != self.at:
            return
        if self.during_save:
            self.spared *= 2  # a file and its folder
            atomic.os.fsync = self._fsync
        else:
            _die()

    def _fsync(self, *_):
        self.spared -= 1
        if self.spared < 0:
            _die()


def _die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


@MODELS.register_module()
class ToyChannels(BaseSegmentor):
    """Three channels; what moves is what is bright."""

    trains_without_labels = True

    def __init__(self, norm=True, dropout=0.5, loss_appearance=None, **kwargs):
        super().__init__(**kwargs)
        self.loss_appearance = None
        if loss_appearance is not None:
            self.loss_appearance = MODELS.build(loss_appearance)
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1),
            nn.BatchNorm2d(4) if norm else nn.Identity(),
            nn.Dropout2d(dropout),
        )
        self.head = nn.Conv2d(4, 3, 1)

    def segment(self, inputs):
        return self.head(self.encoder(inputs['frames'][:, 0]))

    def loss(self, inputs, data_samples):
        masks = self.segment(inputs).softmax(dim=1)
        frames = inputs['frames'][:, 0]
        colours = torch.einsum('bkhw,bchw->bkc', masks, frames)
        colours = colours / masks.sum(dim=(-2, -1))[..., None]
        painted = torch.einsum('bkhw,bkc->bchw', masks, colours)
        losses = supervise_object(self, masks[:, None], inputs)
        return losses | dict(loss_toy=(painted - frames).square().mean())

    def channel_motion(self, inputs):
        masks = self.segment(inputs).softmax(dim=1)
        bright = inputs['frames'].mean(dim=(1, 2))[:, None]
        return (masks * bright).sum(dim=(-2, -1)) / masks.sum(dim=(-2, -1))
