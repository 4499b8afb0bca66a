"""Fine-tuning to VOC 2012, from a checkpoint of AMD to the table."""

import json
from pathlib import Path

import pytest
import torch

from mmmotion.engine import build_runner, load_config
from mmmotion.registry import MODELS
from mmmotion.structures import MotionDataSample

ROOT = Path(__file__).parents[2]
NUM_REGIONS = 5


@pytest.fixture(scope='module')
def folder(tmp_path_factory, voc_tree):
    root = tmp_path_factory.mktemp('voc')
    voc_tree(root / 'VOC2012')
    return root


def make_config(folder, work_dir, **options):
    """The config with small parts, images and few iterations."""
    cfg = load_config(
        ROOT / 'configs/amd/amd_r50_voc12.py', {
            'model.encoder.depth': 18,
            'model.head.in_channels': 512,
            'model.head.channels': 16,
            'model.init_cfg': None,
            'optim_wrapper.optimizer.lr': 0.05,
            'train_cfg.max_iters': 20,
            'train_cfg.val_interval': 20,
            'train_dataloader.batch_size': 2,
            **options,
        }
    )
    for name in ('train', 'val', 'test'):
        loader = cfg[f'{name}_dataloader']
        loader.update(num_workers=0, persistent_workers=False)
        loader.dataset.data_root = str(folder / 'VOC2012')
    cfg.train_dataloader.dataset.split = 'train'
    for step in cfg.train_dataloader.dataset.pipeline:
        if step.type == 'RandomCrop':
            step.size = (48, 48)
    cfg.default_hooks.checkpoint.interval = 100
    cfg.work_dir = str(work_dir)
    # Runs of one name that begin within a second share their log folder.
    cfg.experiment_name = f'voc_{Path(work_dir).name}'
    return cfg


@pytest.fixture(scope='module')
def amd_checkpoint(folder):
    """Weights like those of AMD, whose classifier and motion do not fit."""
    model = make_config(folder, folder).model
    parts = dict(
        encoder=MODELS.build(model.encoder),
        head=MODELS.build(dict(model.head, num_groups=NUM_REGIONS)),
    )
    weights = {
        f'{name}.{key}': value + 0.01 if value.is_floating_point() else value
        for name, part in parts.items()
        for key, value in part.state_dict().items()
    }
    weights['motion_model.head.0.weight'] = torch.zeros(2)
    path = folder / 'amd.pth'
    torch.save(dict(meta={}, state_dict=weights), path)
    return path, weights


def read_log(work_dir):
    return next(Path(work_dir).glob('*/*.log')).read_text()


def test_the_appearance_pathway_is_taken_but_for_the_classifier(
    folder, amd_checkpoint, tmp_path
):
    path, weights = amd_checkpoint
    init_cfg = dict(type='Pretrained', checkpoint=str(path))
    cfg = make_config(folder, tmp_path, **{'model.init_cfg': init_cfg})
    runner = build_runner(cfg)
    runner.model.init_weights()
    state = runner.model.state_dict()
    for key, value in weights.items():
        if not key.startswith(('motion_model.', 'head.conv.')):
            assert torch.equal(state[key], value), key
    assert state['head.conv.weight'].shape == (21, 16, 1, 1)
    log = read_log(tmp_path)
    assert f'{len(state) - 2} of the {len(state)} entries' in log
    assert 'head.conv.bias (checkpoint (5,), model (21,))' in log
    assert 'not used: motion_model (1 entries)' in log


def test_every_weight_is_trained(folder, tmp_path):
    model = MODELS.build(make_config(folder, tmp_path).model)
    frames = torch.randn(2, 1, 3, 33, 47)
    labels = torch.randint(0, 21, (2, 33, 47), dtype=torch.uint8)
    samples = [MotionDataSample(gt_sem_seg=one) for one in labels]
    total, _ = model.parse_losses(
        model(dict(frames=frames), samples, mode='loss')
    )
    total.backward()
    for parameter in model.parameters():
        assert parameter.requires_grad
        assert torch.isfinite(parameter.grad).all()
    assert model(dict(frames=frames)).shape == (2, 21, 33, 47)


def test_training_learns_classes_and_a_test_scores_them(folder, tmp_path):
    runner = build_runner(make_config(folder, tmp_path))
    runner.train()
    results = runner.val_loop.run()
    content = json.loads((Path(runner.log_dir) / 'mean_iou.json').read_text())
    assert content['num_images'] == 2
    assert content['labels']['aeroplane']['pixels'] == 21 * 43
    assert content['mIoU'] == results['semantic/mIoU']
    # Predicting the background alone has 0.21.
    assert results['semantic/mIoU'] > 0.25
