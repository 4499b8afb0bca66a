"""Each method of the toolbox works on a video, by its own config."""

import pytest

from mmmotion.apis import MotionInferencer
from mmmotion.apis.method import Method
from mmmotion.apis.model_name import METHODS


@pytest.mark.parametrize('name', METHODS)
def test_a_method_gives_masks(name, load_small, make_clip):
    clip = make_clip(size=(64, 48))  # portrait, as phones film
    cfg = load_small(name)
    inferencer = MotionInferencer(cfg, device='cpu', show_progress=False)
    learns = inferencer.method.learns
    result = inferencer(clip, adapt_iters=2 if learns else None)
    assert learns == (name != 'robust-background')
    for masks, labels in zip(result.soft_masks, result.labels, strict=True):
        assert masks.shape == (1, 64, 48)
        assert 0 <= masks.min() <= masks.max() <= 1
        assert labels.shape == (64, 48)


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
