"""Each method of the toolbox works on a video, by its own config."""

import re

import pytest
import torch

from mmmotion.apis import MotionInferencer
from mmmotion.apis.method import Method
from mmmotion.apis.model_name import METHODS
from mmmotion.registry import MODELS


@pytest.fixture
def segment(load_small, make_clip):
    """Runner of a method on a portrait clip, as phones film."""

    def run(name, weights=None, **options):
        inferencer = MotionInferencer(
            load_small(name), weights, 'cpu', show_progress=False
        )
        result = inferencer(make_clip(size=(64, 48)), **options)
        for masks, labels in zip(result.soft_masks, result.labels,
                                 strict=True):
            assert masks.shape == (1, 64, 48)
            assert 0 <= masks.min() <= masks.max() <= 1
            assert labels.shape == (64, 48)

    return run


@pytest.mark.parametrize('name', ['amd', 'gwm', 'imas', 'mg'])
def test_a_method_learns_from_the_clip_and_gives_masks(name, segment):
    segment(name, adapt_iters=2)


def test_the_baseline_gives_masks(segment):
    segment('robust-background')


def test_oclr_gives_masks_with_weights(segment, load_small, tmp_path):
    weights = tmp_path / 'oclr.pth'
    model = MODELS.build(load_small('oclr').model)
    torch.save(dict(state_dict=model.state_dict()), weights)
    segment('oclr', str(weights))


def test_an_image_is_segmented_with_weights(load_small, clip, tmp_path):
    weights = tmp_path / 'amd.pth'
    config = load_small('amd')
    model = MODELS.build(config.model)
    torch.save(dict(state_dict=model.state_dict()), weights)
    with pytest.raises(ValueError, match=r'name it by .*0\.channel=N') as told:
        MotionInferencer(config, str(weights), 'cpu')
    option = re.search(r'model\.[\w.]+', str(told.value))[0]
    inferencer = MotionInferencer(
        config, str(weights), 'cpu', show_progress=False,
        cfg_options={option: 1}
    )  # yapf: disable
    result = inferencer(clip[0], tmp_path)
    assert len(result) == 1 and result.flows[0] is None
    assert 'moves' not in result.answer  # for nobody can know
    assert (tmp_path / 'video/report.html').is_file()


def test_all_methods_are_tested():
    assert set(METHODS) == {
        'amd', 'gwm', 'imas', 'mg', 'oclr', 'robust-background'
    }  # yapf: disable


def test_what_a_method_reads_follows_from_its_config():
    gwm, amd = Method('gwm'), Method('amd')
    assert set(gwm.gaps(adapts=False)) == {1, -1}
    assert set(gwm.gaps(adapts=True)) == {1, 2, -1, -2}
    # Motion of objects is judged by flow, whatever the method reads.
    assert amd.gaps(adapts=True) == (1, )
    assert amd.works_on_images and not gwm.works_on_images
    assert gwm.estimator == dict(type='DISFlowEstimator', finest_scale=0)
    assert gwm.work_side(adapts=True) == 240
    assert Method('imas_r50_davis_stage1').work_side(adapts=False) == 392
