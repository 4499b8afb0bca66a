import numpy as np

from mmmotion.convert.reference import ReferenceArrays, check_reference


def test_every_score_equals_the_original(golden):
    arrays = ReferenceArrays(golden('gwm_metrics.npz')[1])
    comparisons = check_reference('gwm-metrics', {}, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 11
    assert arrays.unread == []


def by_hand():
    """Three images: a good mask, its complement first, and nothing."""
    inside = np.zeros((12, 18), np.float32)
    inside[4:8, 5:11] = 0.8
    masks = np.stack([[1 - inside, inside], [inside, 1 - inside],
                      [np.ones_like(inside), 0 * inside]])
    truths = np.stack([inside > 0, inside > 0, inside > 1]).astype(np.uint8)
    truths[1, 4:8, 5:8] = 0
    return dict(
        masks=masks,
        targets=truths,
        background=np.array([0, 1, 0]),
        iou=np.array([1, 0.5, 0]),
        acc=np.array([1, 1 - 12 / 216, 1]),
        # Half of what is found in the second image is right; nothing in the
        # third one counts as perfect.
        f_max=np.array((1 + 1.3 * 0.5 / (0.3 * 0.5 + 1) + 1) / 3),
        video_iou=np.array([[0, 1], [0.5, 0], [0, 0]]),
    )


def test_other_sizes_are_compared():
    comparisons = check_reference('gwm-metrics', {}, by_hand())
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 5


def test_a_wrong_score_fails():
    arrays = by_hand()
    arrays['iou'] = arrays['iou'] + [0, 2e-6, 0]
    failed = [
        c.name for c in check_reference('gwm-metrics', {}, arrays)
        if not c.passed
    ]
    assert failed == ['iou']
