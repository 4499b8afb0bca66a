import pytest
import torch

from mmmotion.flow import (
    evaluate_polynomial,
    fit_background,
    motion_saliency,
    otsu_threshold,
)


def scene(share=0.3, h=40, w=60):
    """A quadratic background with a block that moves by itself."""
    params = torch.tensor([[2.0, -1.0], [0.5, 0.2], [-0.3, 0.4], [0.2, 0],
                           [0, 0.1], [0.1, 0.3]])
    background = evaluate_polynomial(params, (h, w), torch.float32)
    moving = torch.zeros(h, w, dtype=torch.bool)
    moving[5:35, 10:10 + int(share * h * w / 30)] = True
    flow = torch.where(
        moving, background.new_tensor([[[6.0]], [[5.0]]]), background
    )
    return flow, background, moving


@pytest.mark.parametrize('shrink', [1, 2, 3])
@pytest.mark.parametrize('share', [0.1, 0.3])
def test_background_is_found_behind_an_object(share, shrink):
    flow, background, moving = scene(share)
    fit = fit_background(flow, shrink=shrink)
    assert fit.weights[moving].max() < 0.01 < fit.weights[~moving].min()
    assert (fit.flow - background).abs().max() < 0.02
    torch.testing.assert_close(fit.flow + fit.residual, flow)


def test_plain_least_squares_would_be_misled():
    flow, background, _ = scene()
    fit = fit_background(flow, num_iters=0)
    assert (fit.flow - background).abs().max() > 0.5


def test_weights_leave_the_object_out():
    flow, _, moving = scene()
    weights = fit_background(flow).weights
    assert weights[moving].max() < 0.01
    assert weights[~moving].min() > 0.9


def test_threshold_separates_the_object():
    flow, _, moving = scene()
    residual = fit_background(flow).residual
    mask = residual.norm(dim=0) > otsu_threshold(residual.norm(dim=0))
    assert torch.equal(mask, moving)


def test_fields_of_a_batch_do_not_mix():
    first, second = scene(0.1)[0], -2 * scene(0.3)[0]
    batch = fit_background(torch.stack([first, second])[:, None])
    for i, flow in enumerate((first, second)):
        alone = fit_background(flow)
        torch.testing.assert_close(batch.residual[i, 0], alone.residual)


@pytest.mark.parametrize('shrink', [1, 2])
def test_a_pure_background_has_no_residual(shrink):
    _, background, _ = scene(h=41, w=63)
    fit = fit_background(background, shrink=shrink)
    # The mean of x^2 over a square is a little more than in its centre.
    assert fit.residual.abs().max() < (1e-5 if shrink == 1 else 1e-3)
    plain = fit_background(background, num_iters=0, shrink=shrink)
    assert torch.equal(plain.weights, torch.ones(41, 63))


def test_otsu_splits_between_two_values():
    values = torch.tensor([[0.5, 0.5, 0.5], [0.6, 3.0, 3.2]])
    threshold = otsu_threshold(values)
    assert 0.6 < threshold < 3.0


def test_otsu_marks_nothing_on_a_flat_image():
    values = torch.full((2, 4, 5), 0.7)
    assert not (values > otsu_threshold(values)[:, None, None]).any()
    assert not (torch.zeros(4, 5) > otsu_threshold(torch.zeros(4, 5))).any()


def test_saliency_averages_over_the_flows_of_a_frame():
    flow, _, moving = scene()
    length, threshold = motion_saliency(torch.stack([flow, -flow])[None])
    assert length.shape == (1, 40, 60)
    assert torch.equal(length[0] > threshold[0], moving)


@pytest.mark.parametrize(
    'settings',
    [dict(num_iters=-1), dict(cutoff=0),
     dict(start=0.5)]
)
def test_rejects_settings_out_of_range(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        fit_background(torch.zeros(2, 8, 9), **settings)


def test_rejects_a_single_bin_and_a_missing_axis():
    with pytest.raises(ValueError, match='num_bins must be at least 2'):
        otsu_threshold(torch.zeros(3, 3), num_bins=1)
    with pytest.raises(ValueError, match='flows must be'):
        motion_saliency(torch.zeros(2, 8, 9))


@pytest.mark.parametrize('value', [float('nan'), float('inf'), -0.5])
def test_no_threshold_of_values_that_are_no_lengths(value):
    values = torch.rand(2, 4, 5)
    values[1, 2, 3] = value
    message = r'expected finite values of at least 0, got .*(nan|inf|-0\.5)'
    with pytest.raises(ValueError, match=message):
        otsu_threshold(values)
