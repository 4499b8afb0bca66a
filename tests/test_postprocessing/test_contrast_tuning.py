from itertools import islice

import pytest
import torch

from mmmotion.models.losses import LabelContrastLoss
from mmmotion.postprocessing import FrameEncoder, VideoTokens, tune_features
from mmmotion.postprocessing.contrast_tuning import draw_pairs

ADAM = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3))


def test_pairs_are_near_and_both_ways():
    pairs = list(islice(draw_pairs(6, 2, seed=0), 500))
    near = {(a, b) for a in range(6) for b in range(6) if 0 < abs(a - b) < 3}
    assert set(pairs) == near
    distances = [abs(a - b) for a, b in pairs]
    assert 200 < distances.count(1) < 300
    assert pairs[:50] == list(islice(draw_pairs(6, 2, seed=0), 50))
    assert pairs[:50] != list(islice(draw_pairs(6, 2, seed=1), 50))


def test_the_shortest_video_has_one_pair():
    pairs = set(islice(draw_pairs(2, 5, seed=0), 20))
    assert pairs == {(0, 1), (1, 0)}


@pytest.fixture
def tokens():
    encoder = FrameEncoder(
        dict(type='ViTEncoder', embed_dims=8, num_heads=2, depth=2)
    )
    video = VideoTokens(encoder, 1)
    for _ in range(2):
        video.add(255 * torch.rand(3, 32, 32))
    return video


def tune(video, num_steps=4, masks=None, **settings):
    if masks is None:
        masks = torch.zeros(1, 4, 4)
        masks[:, :3, :3] = 1
    settings = dict(num_warmup=0, max_gap=5, seed=0) | settings
    return tune_features(
        video, [masks, masks], LabelContrastLoss(outer=1), ADAM, num_steps,
        **settings
    )


def test_the_rate_rises_to_that_of_the_config(tokens, monkeypatch):
    rates = []
    original = torch.optim.Adam.step

    def step(self, *args, **kwargs):
        rates.append(self.param_groups[0]['lr'])
        return original(self, *args, **kwargs)

    monkeypatch.setattr(torch.optim.Adam, 'step', step)
    tune(tokens, num_steps=6, num_warmup=4)
    expected = [0.25e-3, 0.5e-3, 0.75e-3, 1e-3, 1e-3, 1e-3]
    assert rates == pytest.approx(expected)


def test_it_works_where_gradients_are_off(tokens):
    before = tokens.features(0)
    with torch.no_grad():
        assert len(tune(tokens)) == 4
    assert not torch.equal(tokens.features(0), before)


def test_nothing_to_do(tokens):
    assert tune(tokens, num_steps=0) == []
    one = VideoTokens(tokens._encoder, 1)
    one.add(torch.zeros(3, 32, 32))
    assert tune(one) == []


def test_a_loss_that_is_not_finite_ends_it(tokens):
    with pytest.raises(FloatingPointError, match='iteration 1 is nan'):
        tune(tokens, masks=torch.full((1, 4, 4), torch.nan))
