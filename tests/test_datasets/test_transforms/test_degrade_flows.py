import numpy as np
import pytest

from mmmotion.datasets import DegradeFlows
from mmmotion.registry import TRANSFORMS

SIZE = (32, 48)
CLEAN = dict(blur=(0, 0), noise=(0, 0), damp_prob=0)


def scene(draw=0, num_frames=3):
    """An object that moves right over a background that moves down."""
    mask = np.zeros(SIZE, bool)
    mask[8:20, 10:26] = True
    rows = np.arange(SIZE[0], dtype=np.float32)[:, None] / 10
    flows = np.zeros((2 * num_frames, *SIZE, 2), np.float32)
    flows[..., 1] = rows
    flows[:, mask, 0] = 4
    return dict(
        flows=flows,
        gt_masks=np.repeat(mask[None, None], num_frames, axis=0),
        draw=draw,
        seed=0,
    )


def degrade(sample, **options):
    transform = TRANSFORMS.build(
        dict(type='DegradeFlows', **{
            **CLEAN,
            **options
        })
    )
    return transform.transform(dict(sample))['flows']


def test_nothing_asked_for_changes_nothing():
    np.testing.assert_allclose(degrade(scene()), scene()['flows'])


def test_blur_softens_the_borders_of_objects_alone():
    flows = degrade(scene(), blur=(1.5, 1.5))
    assert 1 < flows[0, 14, 10, 0] < 3
    np.testing.assert_allclose(flows[0, 14, 18, 0], 4, atol=0.01)
    np.testing.assert_allclose(flows[0, 28, 40, 0], 0, atol=0.01)


def test_noise_is_smooth_and_of_the_given_strength():
    added = [
        degrade(scene(draw), noise=(0.5, 0.5)) - scene()['flows']
        for draw in range(20)
    ]
    assert 0.3 < np.std(added) < 0.6
    steps = np.diff(added, axis=3)
    assert np.std(steps) < 0.5 * np.std(added)
    # Each flow has its own, and each draw.
    assert abs(added[0][0] - added[0][1]).max() > 0.1
    assert abs(added[0][0] - added[1][0]).max() > 0.1


def test_a_damped_object_almost_follows_the_background():
    flows = degrade(scene(), damp_prob=1.0)
    for frame in range(3):
        inside = flows[2 * frame:2 * frame + 2, 8:20, 10:26]
        assert 0 <= inside[..., 0].min() and inside[..., 0].max() <= 0.8001
    expected = scene()['flows'][..., 1]
    np.testing.assert_allclose(flows[..., 1], expected, atol=1e-4)


def test_objects_are_damped_in_some_frames():
    counts = [(degrade(scene(draw), damp_prob=0.5)[::2, 14, 18, 0] < 1).sum()
              for draw in range(20)]
    assert 15 < sum(counts) < 45


def test_a_single_frame_and_a_frame_without_objects():
    sample = scene(num_frames=1)
    sample['gt_masks'] = sample['gt_masks'][0]
    assert degrade(sample, damp_prob=1.0)[0, 14, 18, 0] < 1
    sample['gt_masks'] = sample['gt_masks'][:0]
    assert degrade(sample, damp_prob=1.0)[0, 14, 18, 0] == 4


@pytest.mark.parametrize(
    'settings, message', [
        (dict(blur=(2, 1)), 'expected blur'),
        (dict(noise=(-1, 1)), 'expected noise'),
        (dict(noise_scale=0), 'noise_scale >= 1'),
        (dict(damp_prob=2), 'damp_prob in'),
    ]
)
def test_rejects_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        DegradeFlows(**settings)


def test_masks_are_needed_and_have_to_fit():
    sample = scene()
    del sample['gt_masks']
    with pytest.raises(KeyError, match='damp_prob=0'):
        degrade(sample, damp_prob=0.5)
    sample['gt_masks'] = np.zeros((3, 1, 8, 8), bool)
    with pytest.raises(ValueError, match='before they are resized'):
        degrade(sample, damp_prob=0.5)
