import numpy as np
import pytest
import torch

from mmmotion.postprocessing.crf import CRFParameters, dense_crf


def scene(size=(24, 36), num_labels=2, batch=1, seed=0):
    """Noisy colour fields, and energies that hardly know them."""
    rng = np.random.default_rng(seed)
    image = np.full((batch, 3, *size), 60.0)
    image[..., 6:18, 9:27] = 190
    image = (image + rng.normal(0, 3, image.shape)).clip(0, 255).round()
    unary = rng.normal(0, 1, (batch, num_labels, *size))
    evidence = np.full(size, -0.5)
    evidence[6:18, 9:27] = 0.5
    unary[:, 0] += evidence
    unary[:, 1] -= evidence
    return torch.from_numpy(unary).float(), torch.from_numpy(image).float()


SMALL = CRFParameters(spatial_sigma=10, color_sigma=10, num_iters=10)


def test_labels_follow_the_colours():
    unary, image = scene()
    inside = torch.zeros(24, 36, dtype=torch.bool)
    inside[6:18, 9:27] = True
    before = (unary[0, 0] > unary[0, 1]) != inside
    labels = dense_crf(unary, image, SMALL)[0].argmax(dim=0).bool()
    assert before.sum() > 100
    assert torch.equal(labels, inside)


@pytest.mark.parametrize('normalization', ['symmetric', 'after'])
@pytest.mark.parametrize('num_labels', [2, 3])
def test_lattice_is_near_the_exact_sum(num_labels, normalization):
    unary, image = scene(num_labels=num_labels)
    parameters = CRFParameters(
        spatial_sigma=10,
        color_sigma=10,
        bilateral_weight=3,
        gaussian_weight=1,
        num_iters=5,
        normalization=normalization,
    )
    lattice = dense_crf(unary, image, parameters)
    exact = dense_crf(unary, image, parameters, exact=True)
    error = (lattice - exact).abs()
    assert error.mean() < 0.01
    assert error.max() < 0.15
    sure = exact.amax(dim=1) > 0.6
    assert torch.equal(lattice.argmax(1)[sure], exact.argmax(1)[sure])


@pytest.mark.parametrize('exact', [False, True])
def test_a_batch_equals_its_frames(exact):
    unary, image = scene(batch=3, num_labels=3)
    together = dense_crf(unary, image, SMALL, exact)
    alone = [
        dense_crf(unary[i:i + 1], image[i:i + 1], SMALL, exact)
        for i in range(3)
    ]
    torch.testing.assert_close(together, torch.cat(alone))


def test_two_labels_are_alike():
    unary, image = scene()
    torch.testing.assert_close(
        dense_crf(unary.flip(1), image, SMALL),
        dense_crf(unary, image, SMALL).flip(1),
    )


def test_probabilities_add_up():
    unary, image = scene(num_labels=4)
    total = dense_crf(unary, image, SMALL).sum(dim=1)
    torch.testing.assert_close(total, torch.ones_like(total))


@pytest.mark.parametrize(
    'settings',
    [dict(num_iters=0),
     dict(bilateral_weight=0, gaussian_weight=0)]
)
def test_nothing_to_do_leaves_the_softmax(settings):
    unary, image = scene(num_labels=3)
    labels = dense_crf(unary, image, CRFParameters(**settings))
    torch.testing.assert_close(labels, (-unary).softmax(dim=1))


def test_rejects_energies_that_are_no_numbers():
    unary, image = scene()
    unary[0, 1, 2, 3] = float('nan')
    with pytest.raises(ValueError, match='got NaN'):
        dense_crf(unary, image)


def test_rejects_shapes_that_do_not_fit():
    unary, image = scene()
    with pytest.raises(ValueError, match=r'L >= 2 labels, got \(1, 1, 24'):
        dense_crf(unary[:, :1], image)
    with pytest.raises(ValueError, match=r'image \(1, 3, 24, 36\).*30\)'):
        dense_crf(unary, image[..., :30])


@pytest.mark.parametrize(
    'name, value',
    [
        ('spatial_sigma', 0),
        ('color_sigma', -1),
        ('gaussian_sigma', 0),
        ('bilateral_weight', -1),
        ('gaussian_weight', -0.5),
        ('num_iters', -1),
        ('spatial_sigma', '60'),
        ('color_sigma', float('nan')),
        ('num_iters', 2.5),
        ('normalization', 'none'),
    ],
)
def test_rejects_impossible_parameters(name, value):
    with pytest.raises(ValueError, match=f'{name} must be.*{value}'):
        CRFParameters(**{name: value})
