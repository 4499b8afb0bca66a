"""Still images are evaluated from the released folders to the table."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from PIL import Image

from mmmotion.engine import build_runner, load_config
from mmmotion.evaluation.functional import mean_absolute_error
from mmmotion.models.segmentors import GWM

ROOT = Path(__file__).parents[2]
SIZES = [(33, 47), (48, 40)]
# Folders of images and of masks.
LAYOUTS = dict(
    CUB200=(
        'CUB_200_2011/images/001.Ibis',
        'CUB_200_2011/segmentations/001.Ibis',
    ),
    DUTS=('DUTS/DUTS-TE/DUTS-TE-Image', 'DUTS/DUTS-TE/DUTS-TE-Mask'),
    ECSSD=('ECSSD/images', 'ECSSD/ground_truth_mask'),
    DUTOMRON=('DUT-OMRON/DUT-OMRON-image', 'DUT-OMRON/pixelwiseGT-new-PNG'),
)


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """The four data sets, two images each, of equal names."""
    root = tmp_path_factory.mktemp('data')
    rng = np.random.default_rng(0)
    for folders in LAYOUTS.values():
        for folder in folders:
            (root / folder).mkdir(parents=True)
        for number, size in enumerate(SIZES):
            image = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
            truth = np.zeros(size, np.uint8)
            truth[8:24, 10:30] = 255
            Image.fromarray(image).save(root / folders[0] / f'{number}.png')
            Image.fromarray(truth).save(root / folders[1] / f'{number}.png')
    birds = root / 'CUB_200_2011'
    (birds / 'images.txt').write_text('1 001.Ibis/0.png\n2 001.Ibis/1.png\n')
    (birds / 'train_val_test_split.txt').write_text('1 2\n2 0\n')
    return root


def make_config(data, work_dir):
    """The test of gwm_vit8_images.py, with a small U-Net."""
    cfg = Config.fromfile(ROOT / 'configs/gwm/gwm_vit8_images.py')
    cfg.model.encoder = dict(type='UNetEncoder', base_channels=4, num_stages=2)
    cfg.model.head = dict(type='FCNHead', in_channels=4, num_groups=4)
    loader = cfg.test_dataloader
    loader.update(num_workers=0, persistent_workers=False)
    for part in loader.dataset.datasets:
        part.data_root = str(data / Path(part.data_root).name)
    for key in list(cfg):
        if key.startswith(('train_', 'val_', 'optim', 'param')):
            cfg.pop(key)
    cfg.work_dir = str(work_dir)
    return cfg


@pytest.fixture(scope='module')
def run(data, tmp_path_factory):
    """Results of the test, its folder and its model."""
    torch.manual_seed(0)
    work_dir = tmp_path_factory.mktemp('run')
    runner = Runner.from_cfg(make_config(data, work_dir))
    results = runner.test()
    return results, Path(runner.log_dir), runner.model


def test_every_data_set_is_scored_on_its_own(run):
    results, log_dir, _ = run
    content = json.loads((log_dir / 'image_segmentation.json').read_text())
    counts = {name: row['images'] for name, row in content['datasets'].items()}
    assert counts == dict(CUB200=1, DUTS=2, ECSSD=2, DUTOMRON=2)
    with open(log_dir / 'image_segmentation.csv', newline='') as file:
        for row in csv.DictReader(file):
            for key in ('acc', 'IoU', 'max_F', 'mean_F', 'F', 'MAE'):
                value = results[f'image/{row["dataset"]}/{key}']
                assert float(row[key]) == value
                assert 0 <= value <= 1
    log = next(log_dir.glob('*.log')).read_text()
    assert 'DUTS has 5019 images, but 2 are used' in log
    assert '| dataset  | images |' in log


def error_of(model, image, truth):
    """Absolute error of one image that enters at its own size."""
    frames = [torch.from_numpy(image.transpose(2, 0, 1)[None].copy())]
    given = model.data_preprocessor(dict(inputs=dict(frames=frames)))
    sample, = model(given['inputs'], mode='predict')
    return mean_absolute_error(sample.pred_masks[1].numpy(), truth)


def test_images_enter_the_network_at_their_own_size(run, data):
    results, _, model = run
    assert isinstance(model, GWM)
    found: dict[str, list[float]] = {name: [] for name in LAYOUTS}
    for name, folders in LAYOUTS.items():
        for number in range(len(SIZES)):
            image, truth = (
                np.array(Image.open(data / folder / f'{number}.png'))
                for folder in folders
            )
            if name == 'CUB200':
                if number == 1:
                    continue
                # 47 - 33 = 14 columns do not fit the square.
                image, truth = image[:, 7:40], truth[:, 7:40]
            with torch.no_grad():
                found[name].append(error_of(model, image, truth > 0))
    for name, errors in found.items():
        expected = pytest.approx(np.mean(errors), abs=2e-6)
        assert results[f'image/{name}/MAE'] == expected
        assert len(set(errors)) == len(errors)


def test_a_folder_that_is_not_there_ends_the_test_with_its_name(
    data, tmp_path
):
    cfg = make_config(data, tmp_path)
    cfg.test_dataloader.dataset.datasets[2].data_root = str(data / 'lost')
    with pytest.raises(FileNotFoundError, match=r'lost \(data_root\)'):
        Runner.from_cfg(cfg).test()


def test_one_channel_of_amd_is_scored_by_its_probability(data, tmp_path):
    cfg = load_config(
        ROOT / 'configs/amd/amd_r50_duts.py', {
            'model.encoder.depth': 18,
            'model.head.in_channels': 512,
            'model.head.channels': 8,
            'model.postprocess.0.channel': 1,
            'test_dataloader.num_workers': 0,
            'test_dataloader.persistent_workers': False,
            'test_dataloader.dataset.data_root': str(data / 'DUTS'),
        }
    )
    for key in list(cfg):
        if key.startswith(('train_', 'val_', 'optim', 'param')):
            cfg.pop(key)
    cfg.work_dir = str(tmp_path)
    runner = build_runner(cfg)
    sizes = []

    def segment(inputs):
        """Three groups of an eighth, a quarter and the rest of each pixel."""
        size = inputs['frames'].shape[-2:]
        sizes.append(size)
        shares = torch.tensor([0.125, 0.25, 0.625]).view(1, 3, 1, 1)
        return shares.log().expand(1, 3, *size)

    runner.model.segment = segment
    results = runner.test()
    shares = np.array([16 * 20 / (33 * 47), 16 * 20 / (48 * 40)])
    errors = 0.75 * shares + 0.25 * (1 - shares)
    assert results['image/DUTS/MAE'] == pytest.approx(errors.mean())
    assert sizes == [(392, 558), (470, 392)]
