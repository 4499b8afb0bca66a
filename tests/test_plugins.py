"""A third party's components, registered from outside the tree."""

import sys

import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from mmmotion.registry import DATASETS, MODELS

PLUGIN = '''
import numpy as np
import torch
from torch import nn

from mmmotion.datasets import BaseMotionDataset
from mmmotion.models.motion_models import MotionFit
from mmmotion.registry import DATASETS, MODELS


@MODELS.register_module()
class LabEncoder(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3, padding=1)

    def forward(self, x):
        return (self.conv(x).relu(), )


@MODELS.register_module()
class LabMotion(nn.Module):
    """Every group moves by the mean of its flow."""

    def forward(self, masks, flow=None, features=None):
        weight = masks / masks.sum(dim=(-2, -1), keepdim=True)
        mean = torch.einsum('bkhw,bchw->bkc', weight, flow)
        blended = torch.einsum('bkhw,bkc->bchw', masks, mean)
        return MotionFit(flow=blended, params=mean[:, :, None])


@MODELS.register_module()
class LabLoss(nn.Module):
    def forward(self, fit, flow, masks):
        return (fit.flow - flow).abs().mean()


@DATASETS.register_module()
class LabDataset(BaseMotionDataset):
    """A square that moves by one pixel over a resting background."""

    def load_data_list(self):
        entries = []
        for index in range(4):
            frame = np.zeros((1, 16, 16, 3), np.uint8)
            flow = np.zeros((1, 16, 16, 2), np.float32)
            frame[:, 4:10, index:index + 6] = 255
            flow[:, 4:10, index:index + 6, 0] = 1
            entries.append(
                dict(
                    video_id='square',
                    frame_id=str(index),
                    frame_index=index,
                    num_frames=4,
                    available_gaps=(1, ),
                    frames=frame,
                    flows=flow,
                    flow_gaps=(1, ),
                    ori_shape=(16, 16),
                )
            )
        return entries
'''

CONFIG = '''
default_scope = 'mmmotion'
custom_imports = dict(imports=['lab_plugin'], allow_failed_imports=False)
model = dict(
    type='GWM',
    encoder=dict(type='LabEncoder', channels=8),
    head=dict(type='FCNHead', in_channels=8, num_groups=2),
    motion_model=dict(type='LabMotion'),
    loss_recon=dict(type='LabLoss'),
)
train_dataloader = dict(
    batch_size=2,
    num_workers=0,
    sampler=dict(type='VideoSampler', seed=0),
    dataset=dict(
        type='LabDataset',
        gaps=(1, ),
        pipeline=[dict(type='PackMotionInputs')],
    ),
)
train_cfg = dict(by_epoch=False, max_iters=2)
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='SGD', lr=0.1)
)
'''


@pytest.fixture
def config_file(tmp_path, monkeypatch):
    """A plugin and its config; what they register is forgotten after."""
    for known in (DATASETS, MODELS):
        known.import_from_location()
        monkeypatch.setattr(known, '_module_dict', dict(known.module_dict))
    (tmp_path / 'lab_plugin.py').write_text(PLUGIN)
    (tmp_path / 'lab_config.py').write_text(CONFIG)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / 'lab_config.py'
    sys.modules.pop('lab_plugin', None)


def test_model_and_dataset_of_a_plugin_train(config_file, tmp_path):
    config = Config.fromfile(config_file)
    config.work_dir = str(tmp_path / 'run')
    runner = Runner.from_cfg(config)
    before = runner.model.encoder.conv.weight.detach().clone()
    runner.train()
    assert runner.iter == 2
    model = runner.model
    parts = (
        model.encoder, model.motion_model, model.loss_recon,
        runner.train_dataloader.dataset
    )
    assert {type(part).__module__ for part in parts} == {'lab_plugin'}
    assert not torch.equal(model.encoder.conv.weight, before)


def test_components_are_unknown_without_the_plugin():
    with pytest.raises(KeyError, match='LabEncoder is not in the mmmotion'):
        MODELS.build(dict(type='LabEncoder', channels=8))


def test_missing_plugin_is_an_error(config_file):
    (config_file.parent / 'lab_plugin.py').unlink()
    with pytest.raises(ImportError, match='lab_plugin'):
        Config.fromfile(config_file)
