"""Configs that adapt to unseen videos train on others, and see no label."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmmotion.datasets.transforms import load_masks
from mmmotion.engine import build_runner, load_config
from mmmotion.flow import write_flow

ROOT = Path(__file__).parents[2]
SIZE = (24, 42)
LENGTH = 4
SPLITS = dict(train=['bear', 'bus'], val=['camel', 'dog'])
GAPS = (1, 2, -1, -2)


@pytest.fixture(scope='module')
def davis(tmp_path_factory):
    """DAVIS with two videos in each split, and flow as the release has it."""
    root = tmp_path_factory.mktemp('DAVIS')
    rng = np.random.default_rng(0)
    lists = root / 'ImageSets/480p'
    lists.mkdir(parents=True)
    for split, names in SPLITS.items():
        (lists / f'{split}.txt').write_text('\n'.join(names))
        for name in names:
            save_video(root, name, rng)
    return root


def save_video(root, name, rng):
    mask = np.zeros(SIZE, np.uint8)
    mask[6:14, 9:20] = 255
    folders = [
        root / kind / '480p' / name for kind in ('JPEGImages', 'Annotations')
    ]
    for folder in folders:
        folder.mkdir(parents=True)
    for t in range(LENGTH):
        frame = rng.integers(0, 256, (*SIZE, 3), np.uint8)
        Image.fromarray(frame).save(folders[0] / f'{t:05d}.jpg')
        Image.fromarray(mask).save(folders[1] / f'{t:05d}.png')
    for gap in GAPS:
        folder = root / f'Flows_gap{gap}/1080p' / name
        folder.mkdir(parents=True)
        flow = rng.normal(size=(*SIZE, 2)).astype(np.float32)
        flow[mask > 0] += gap
        for t in range(max(0, -gap), min(LENGTH, LENGTH - gap)):
            write_flow(folder / f'{t:05d}.flo', flow)


@pytest.fixture
def opened(monkeypatch):
    """Names of the annotation files that are read."""
    paths = []
    original = load_masks.read_annotation

    def read(path, *args):
        paths.append(Path(path))
        return original(path, *args)

    monkeypatch.setattr(load_masks, 'read_annotation', read)
    return paths


def load(name, root, work_dir):
    """The config with narrow parts and without worker processes."""
    flow = dict(
        flow_estimator=None,
        flow_name=None,
        flow_layout='mg',
        flow_resolution='1080p',
    )
    cfg = load_config(ROOT / f'configs/gwm/{name}.py')
    for loader in (cfg.train_dataloader, cfg.test_dataloader):
        loader.update(num_workers=0, persistent_workers=False)
        loader.dataset.data_root = str(root)
        if loader.dataset.get('flow_estimator'):
            loader.dataset.update(flow)
    encoder, head = cfg.model.encoder, cfg.model.head
    if encoder.type == 'UNetEncoder':
        encoder.base_channels = head.in_channels = 4
    else:
        encoder.update(patch_stride=8, embed_dims=8, num_heads=2)
        encoder.init_cfg = None
        head.update(in_channels=(8, ) * 4, channels=32)
        head.binding = dict(num_layers=1, mlp_channels=8)
    cfg.train_dataloader.batch_size = 1
    cfg.val_dataloader = cfg.val_evaluator = cfg.val_cfg = None
    cfg.visualizer = None
    cfg.work_dir = str(work_dir)
    cfg.experiment_name = name
    return cfg


@pytest.mark.parametrize(
    'name', ['gwm_vit8_davis_adapt', 'gwm_unet-tiny_davis_adapt']
)
def test_every_unseen_video_is_adapted_to_without_its_masks(
    davis, tmp_path, opened, name
):
    cfg = load(name, davis, tmp_path)
    assert cfg.test_cfg.num_steps == 20  # Table of unseen videos
    cfg.test_cfg.num_steps = 1
    runner = build_runner(cfg)
    metrics = runner.test()
    assert 0 <= metrics['seg/J'] <= 1
    adapted = sorted(path.stem for path in tmp_path.glob('adapted/*.npz'))
    assert adapted == SPLITS['val']
    # Each once, for the score.
    assert len(opened) == len(set(opened)) == 2 * LENGTH
    train = runner.build_dataloader(cfg.train_dataloader, seed=0).dataset
    seen = {train.get_data_info(i)['video_id'] for i in range(len(train))}
    assert sorted(seen) == SPLITS['train']
