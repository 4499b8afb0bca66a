import pytest
import torch
from torch import nn

from mmmotion.engine.channel_scores import AlignmentScore
from mmmotion.models.segmentors import BaseSegmentor
from mmmotion.postprocessing import (
    FrameFeatures,
    SimilarityGraph,
    color_features,
    normalized_cut,
    semantic_overlap,
)


class Halves(nn.Module):
    """The frame, and the frame at half of the size."""

    def forward(self, frames):
        return frames, frames[..., ::2, ::2]


class FixedMasks(BaseSegmentor):
    """A part of a square, the square, and something else."""

    def __init__(self):
        super().__init__()
        self.encoder = Halves()

    def segment(self, inputs):
        frames = inputs['frames'][:, 0]
        self.encoder(frames)
        logits = torch.zeros(4, *frames.shape[-2:])
        logits[0, 4:12, 8:12] = 20
        logits[1, 4:12, 12:20] = 20
        logits[2, :4] = 20
        return logits.expand(len(frames), -1, -1, -1)

    def loss(self, inputs, data_samples):
        raise NotImplementedError


@pytest.fixture
def model():
    return FixedMasks()


@pytest.fixture
def inputs(model):
    """Two frames with a red object where channel 1 is."""
    frames = torch.full((2, 1, 3, 16, 24), 90.0)
    frames += torch.randn(frames.shape)
    frames[:, :, 0, 4:12, 12:20] += 100
    return dict(frames=model.data_preprocessor.normalize(frames))


@pytest.mark.parametrize('score', ['cut', 'overlap'])
@pytest.mark.parametrize('features', ['color', 'segmentor'])
def test_the_channel_that_looks_of_one_piece_wins(
    model, inputs, score, features
):
    scores = AlignmentScore(FrameFeatures(features), score)(model, inputs)
    assert scores.shape == (2, 4)
    if features == 'color':
        assert scores.argmax(dim=1).tolist() == [1, 1]
    assert scores.isfinite().all()


def test_scores_are_those_of_the_definitions(model, inputs):
    scores = {
        name: AlignmentScore(FrameFeatures(), name)(model, inputs)[1]
        for name in ('cut', 'overlap')
    }
    masks = model.segment(inputs)[1].softmax(dim=0)
    frames = model.data_preprocessor.denormalize(inputs['frames'])
    features = color_features(frames[1, 0], (16, 24))
    cut = normalized_cut(masks, SimilarityGraph(features))
    torch.testing.assert_close(scores['cut'], -cut)
    torch.testing.assert_close(
        scores['overlap'], semantic_overlap(features, masks)
    )


def test_the_map_of_the_segmentor_gives_the_grid(model, inputs):
    features = FrameFeatures('segmentor', in_index=-1)
    found = AlignmentScore(features, max_side=6)(model, inputs)[0]
    reduced = inputs['frames'][0, 0, :, ::2, ::2]
    pool = nn.functional.adaptive_avg_pool2d
    masks = pool(model.segment(inputs)[0].softmax(dim=0), (4, 6))
    graph = SimilarityGraph(pool(reduced, (4, 6)))
    torch.testing.assert_close(found, -normalized_cut(masks, graph))


def test_a_threshold_can_be_given(model, inputs):
    features = FrameFeatures()
    easy, hard = (
        AlignmentScore(features, 'overlap', threshold)(model, inputs)
        for threshold in (-1.1, 1.1)
    )
    # Everything looks like the mask, which is too much, or nothing does.
    assert (easy == 0).all() and (hard == 0).all()
