"""The configs of Motion Grouping follow the recipe that they name."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmengine.registry import PARAM_SCHEDULERS
from PIL import Image

from mmmotion.flow import write_flow
from mmmotion.registry import DATA_SAMPLERS, DATASETS, HOOKS, MODELS

ROOT = Path(__file__).parents[2]
GAPS = (1, 2, -1, -2)
LENGTH = 6
# The release pads flow to multiples of 8 and leaves it so.
IMAGE_SIZE, FLOW_SIZE = (18, 32), (24, 32)
# Where the flow lies that another estimator made.
FLOW_FOLDERS = dict(mg_davis='', mg_davis_arflow='arflow')
RECOMBINATIONS = ('mg_quadratic_synthetic', 'mg_unet-rgb_synthetic')


def load(name):
    return Config.fromfile(ROOT / f'configs/mg/{name}.py')


def rates(cfg, iterations):
    """Learning rate in some of the iterations, in rising order."""
    parameter = torch.nn.Linear(1, 1)
    wrapper = build_optim_wrapper(parameter, cfg.optim_wrapper)
    schedulers = [
        PARAM_SCHEDULERS.build(item, default_args=dict(optimizer=wrapper))
        for item in cfg.param_scheduler
    ]
    wrapper.optimizer.step()
    found = []
    for iteration in range(iterations[-1] + 1):
        if iteration in iterations:
            found.append(wrapper.get_lr()['lr'][0])
        for scheduler in schedulers:
            scheduler.step()
    return found


def test_the_rate_rises_over_200_steps_to_its_full_value():
    iterations = [0, 50, 100, 199, 200, 201, 1000]
    expected = [5e-4 * min(i / 200, 1) for i in iterations]
    found = rates(load('mg_davis'), iterations)
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(
    'name', ['mg_davis', 'mg_segtrackv2', 'mg_fbms59', 'mg_moca']
)
def test_weights_are_raised_where_the_rate_is_halved(name):
    cfg = load(name)
    *_, halving = cfg.param_scheduler
    assert (halving.milestones, halving.gamma) == ([80000, 160000,
                                                    240000], 0.5)
    (hook, ) = cfg.custom_hooks
    assert hook.losses == ['loss_entropy', 'loss_consistency']
    for loss in hook.losses:
        assert cfg.model[loss].loss_weight == 0.01
    factor = HOOKS.build(dict(hook)).factor
    for number, iteration in enumerate(halving.milestones):
        assert factor(iteration - 1) == pytest.approx(5**number)
        assert factor(iteration) == pytest.approx(5**(number + 1))


@pytest.fixture(scope='module')
def davis(tmp_path_factory):
    """DAVIS with two videos, one for training alone; flow as released."""
    root = tmp_path_factory.mktemp('DAVIS')
    (root / 'ImageSets/480p').mkdir(parents=True)
    (root / 'ImageSets/480p/val.txt').write_text(
        ''.join(
            f'/JPEGImages/480p/dog/{t:05d}.jpg '
            f'/Annotations/480p/dog/{t:05d}.png\n' for t in range(LENGTH)
        )
    )
    image = Image.new('L', IMAGE_SIZE[::-1], 255)
    for video in ('bear', 'dog'):
        for folder, suffix in (('JPEGImages', 'jpg'), ('Annotations', 'png')):
            path = root / folder / '480p' / video
            path.mkdir(parents=True)
            for t in range(LENGTH):
                image.save(path / f'{t:05d}.{suffix}')
        for position, prefix in enumerate(FLOW_FOLDERS.values(), 1):
            save_flows(root / prefix, video, position)
    return root


def save_flows(root, video, factor):
    """Flow of gap n is (factor * n, 0) everywhere."""
    for gap in GAPS:
        flow = np.zeros((*FLOW_SIZE, 2), np.float32)
        flow[..., 0] = factor * gap
        folder = root / f'Flows_gap{gap}' / '1080p' / video
        folder.mkdir(parents=True)
        for t in range(max(0, -gap), min(LENGTH, LENGTH - gap)):
            write_flow(folder / f'{t:05d}.flo', flow)


def build_dataset(loader, root):
    return DATASETS.build(dict(loader.dataset, data_root=str(root)))


@pytest.mark.parametrize('name', FLOW_FOLDERS)
def test_davis_trains_on_all_videos_with_two_flows_of_a_frame(name, davis):
    loader = load(name).train_dataloader
    assert loader.batch_size == 32
    dataset = build_dataset(loader, davis)
    sampler = DATA_SAMPLERS.build(
        dict(loader.sampler), default_args=dict(dataset=dataset, seed=0)
    )
    drawn = [dataset[sampler.draw(number)] for number in range(60)]
    samples = [sample['data_samples'] for sample in drawn]
    assert {sample.video_id for sample in samples} == {'bear', 'dog'}
    assert {sample.gaps for sample in samples} == set(combinations(GAPS, 2))
    factor = 1 + list(FLOW_FOLDERS).index(name)
    for sample, one in zip(samples, drawn):
        flows = one['inputs']['flows']
        assert flows.shape == (2, 2, 128, 224)
        # In pixels of the picture, 7 times as wide as the file.
        expected = factor * 7.0 * torch.tensor(sample.gaps)
        torch.testing.assert_close(flows[:, 0, 60, 100], expected)


@pytest.mark.parametrize('name', FLOW_FOLDERS)
def test_davis_is_evaluated_with_the_flow_of_the_first_gap(name, davis):
    dataset = build_dataset(load(name).val_dataloader, davis)
    samples = [dataset[i]['data_samples'] for i in range(len(dataset))]
    assert [sample.gaps for sample in samples] == [(1, )] * 5 + [(-1, )]
    assert {sample.video_id for sample in samples} == {'dog'}
    assert {sample.ori_shape for sample in samples} == {IMAGE_SIZE}
    factor = 1 + list(FLOW_FOLDERS).index(name)
    last = dataset[LENGTH - 1]['inputs']['flows']
    # As it is, not negated.
    assert last[0, 0, 60, 100] == -7 * factor


def test_missing_flow_of_the_evaluation_is_found_before_training(davis):
    loader = load('mg_davis').val_dataloader
    loader.dataset.data_prefix = dict(flow='lost')
    with pytest.raises(FileNotFoundError, match=r'no flow .* for video dog'):
        build_dataset(loader, davis)


def synthetic_batch(loader):
    """Two drawn samples of two short scenes, through the whole pipeline."""
    dataset = DATASETS.build(
        dict(loader.dataset, num_videos=2, num_frames=5, size=(64, 112))
    )
    sampler = DATA_SAMPLERS.build(
        dict(loader.sampler), default_args=dict(dataset=dataset, seed=0)
    )
    return pseudo_collate([dataset[sampler.draw(i)] for i in range(2)])


@pytest.mark.parametrize('name', RECOMBINATIONS)
def test_recombinations_train_on_the_synthetic_world(name):
    cfg = load(name)
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    wrapper = build_optim_wrapper(model, cfg.optim_wrapper)
    batch = synthetic_batch(cfg.train_dataloader)
    history = [
        model.train_step(batch, wrapper)['loss'].item() for _ in range(10)
    ]
    assert min(history[-3:]) < 0.9 * history[0]

    loader = cfg.val_dataloader
    loader.sampler.type = 'VideoSampler'
    batch = synthetic_batch(loader)
    for sample in model.eval().val_step(batch):
        assert sample.pred_masks.shape == (2, 64, 112)
