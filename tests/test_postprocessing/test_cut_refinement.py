import pytest
import torch

from mmmotion.postprocessing import CutRefinement, SimilarityGraph
from mmmotion.postprocessing.normalized_cut import refine_by_cut
from mmmotion.registry import POSTPROCESSORS
from mmmotion.structures import MotionDataSample


def scene(mass=0.9):
    """A white box on black, and a mask that covers most of it."""
    frame = torch.zeros(3, 12, 16)
    frame[:, 3:9, 4:12] = 255
    mask = torch.full((12, 16), 0.2 * mass)
    mask[4:9, 5:13] = mass
    return dict(frames=frame[None]), torch.stack([1 - mask, mask])


def test_the_mask_moves_to_the_border_of_what_is_alike():
    inputs, masks = scene()
    refined = CutRefinement()(masks, inputs, MotionDataSample())
    assert torch.equal(refined[1] > 0.5, inputs['frames'][0, 0] > 0)
    torch.testing.assert_close(refined.sum(0), torch.ones(12, 16))


def test_it_is_the_refinement_on_the_grid_of_the_features():
    inputs, masks = scene()
    step = POSTPROCESSORS.build(
        dict(type='CutRefinement', num_steps=2, lr=0.1, max_side=8)
    )
    refined = step(masks, inputs, MotionDataSample())
    frame = torch.nn.functional.avg_pool2d(inputs['frames'][0], 2)
    graph = SimilarityGraph(frame - frame.mean(dim=(1, 2), keepdim=True))
    expected = refine_by_cut(masks[1:, ::2, ::2], graph, 2, 0.1)
    expected = torch.nn.functional.interpolate(
        expected[None], scale_factor=2, mode='bilinear'
    )
    torch.testing.assert_close(refined[1], expected[0, 0])


@pytest.mark.parametrize('mass', [0.0, 1.0])
def test_a_mask_that_cuts_nothing_stays(mass):
    inputs, _ = scene()
    mask = torch.full((12, 16), mass)
    masks = torch.stack([1 - mask, mask])
    refined = CutRefinement()(masks, inputs, MotionDataSample())
    assert torch.equal(refined, masks)


def test_rejects_what_it_cannot_use():
    inputs, masks = scene()
    with pytest.raises(ValueError, match='CutRefinement needs the background'):
        CutRefinement()(masks[:1], inputs, MotionDataSample())
    with pytest.raises(ValueError, match=r'num_steps=0 and lr=0\.45'):
        CutRefinement(num_steps=0)
