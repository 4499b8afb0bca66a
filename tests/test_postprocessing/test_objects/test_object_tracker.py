"""Objects of made clips, whose flow is exact but for some noise."""

import numpy as np
import pytest
import torch

from mmmotion.postprocessing.objects import ObjectTracker

SIZE = (72, 128)
CAMERA = np.array([1.0, -0.5])


class Body:
    """A disc with a path; it moves as it turns up in the next frame."""

    def __init__(self, path, radius=12):
        self.path = np.asarray(path, float)
        self.radius = radius

    def mask(self, frame):
        rows, columns = np.mgrid[:SIZE[0], :SIZE[1]]
        x, y = self.path[frame]
        return np.hypot(columns - x, rows - y) <= self.radius

    def motion(self, frame):
        return self.path[min(frame + 1, len(self.path) - 1)] - self.path[frame]


def line(start, velocity, num_frames):
    time = np.arange(num_frames)[:, None]
    return np.array(start) + time * np.array(velocity)


def render(bodies, frame, noise=0.01):
    """Owner (h, w) of each pixel, the last body in front, and flow."""
    owner = np.zeros(SIZE, int)
    rng = np.random.default_rng(frame)
    flow = np.zeros((2, *SIZE))
    for index, body in enumerate(bodies, 1):
        mask = body.mask(frame)
        owner[mask] = index
        flow[:, mask] = body.motion(frame)[:, None]
    flow += CAMERA[:, None, None] + rng.normal(0, noise, flow.shape)
    return owner, torch.from_numpy(flow.astype(np.float32))


def track(bodies, num_frames, hidden=lambda frame, index: False, **kwargs):
    """Final labels and owners (T, h, w), and the summary."""
    tracker = ObjectTracker(**kwargs)
    owners, labels = [], []
    for frame in range(num_frames):
        owner, flow = render(bodies, frame)
        visible = owner > 0
        for index in range(1, len(bodies) + 1):
            if hidden(frame, index):
                visible &= owner != index
        soft = torch.from_numpy(visible.astype(np.float32))
        labels.append(tracker.update(torch.stack([1 - soft, soft]), flow))
        owners.append(np.where(visible, owner, 0))
    summary = tracker.finish()
    lookup = np.zeros(1 + max(summary.mapping, default=0), int)
    for number, final in summary.mapping.items():
        lookup[number] = final
    return lookup[torch.stack(labels).numpy()], np.stack(owners), summary


def purity(labels, owners, index):
    """Final number that most pixels of a body have, and their share."""
    inside = labels[owners == index]
    counts = np.bincount(inside, minlength=2)
    return int(counts.argmax()), counts.max() / len(inside)


def check_each_has_its_own(labels, owners, num_bodies, share=0.9):
    found = [purity(labels, owners, i + 1) for i in range(num_bodies)]
    assert sorted(number for number, _ in found) == [*range(1, num_bodies + 1)]
    assert all(value > share for _, value in found), found


def crossing(num_frames=24):
    return [
        Body(line((20, 30), (4, 0), num_frames)),
        Body(line((112, 38), (-4, 0), num_frames)),
    ]


def test_crossing_objects_keep_their_numbers():
    labels, owners, summary = track(crossing(), 24)
    check_each_has_its_own(labels, owners, 2)
    assert summary.moves
    assert len(summary.motion_scores) == 2


def test_three_objects_of_which_two_cross():
    bodies = [*crossing(), Body(line((15, 62), (3, -0.3), 24), radius=8)]
    labels, owners, _ = track(bodies, 24)
    check_each_has_its_own(labels, owners, 3, share=0.85)


def test_touching_objects_are_told_apart_by_their_motion():
    bodies = [
        Body(line((40, 20), (0, 2.5), 12), radius=14),
        Body(line((68, 52), (0, -2.5), 12), radius=14),
    ]
    labels, owners, _ = track(bodies, 12)
    check_each_has_its_own(labels, owners, 2)


def test_an_object_with_a_swinging_part_is_one():
    time = np.arange(24)
    body = line((30, 30), (2.5, 0), 24)
    swing = np.stack([5 * np.sin(time / 2), 18 + 0 * time], axis=1)
    bodies = [Body(body, radius=14), Body(body + swing, radius=8)]
    labels, owners, _ = track(bodies, 24)
    assert labels.max() == 1
    assert (labels[owners > 0] == 1).mean() > 0.95


def test_an_object_that_is_missed_for_some_frames_keeps_its_number():
    labels, owners, _ = track(
        crossing(), 24, lambda frame, index: index == 1 and 4 <= frame < 8
    )
    check_each_has_its_own(labels, owners, 2)


def test_an_object_that_stops_and_is_not_seen_then_is_found_again():
    path = np.concatenate([
        line((20, 30), (4, 0), 8),
        np.tile([48, 30], (9, 1)),
        line((48, 30), (4, 0), 8)
    ])
    bodies = [Body(path), Body(line((110, 60), (-3, 0), 25), radius=9)]
    labels, owners, _ = track(
        bodies, 25, lambda frame, index: index == 1 and 7 <= frame < 17
    )
    check_each_has_its_own(labels, owners, 2)


def test_numbers_are_given_by_size():
    bodies = [
        Body(line((20, 20), (3, 0), 12), radius=7),
        Body(line((100, 50), (-3, 0), 12), radius=15),
    ]
    labels, owners, _ = track(bodies, 12)
    assert purity(labels, owners, 2)[0] == 1


def test_at_most_so_many_objects_are_kept():
    labels, _, summary = track(crossing(), 24, num_objects=1)
    assert labels.max() == 1 and len(summary.motion_scores) == 1


def test_what_stands_still_is_dropped_if_asked_for():
    bodies = [
        Body(line((20, 20), (3, 0), 12)),
        Body(np.tile([100, 50], (12, 1)), radius=14),
    ]
    labels, owners, summary = track(bodies, 12)
    assert purity(labels, owners, 2)[0] == 1
    assert summary.motion_scores[1] < 1 < summary.motion_scores[2]
    labels, owners, summary = track(bodies, 12, moving_only=True)
    assert purity(labels, owners, 2)[0] == 0
    assert purity(labels, owners, 1)[0] == 1
    assert list(summary.motion_scores) == [1]


def test_score_is_the_speed_over_the_threshold_of_the_background():
    _, _, summary = track([Body(line((30, 30), (2, 0), 12))], 12)
    # The background is known to a few hundredths of a pixel, so that the
    # least threshold holds: a tenth of a pixel.
    assert summary.motion_scores[1] == pytest.approx(2 / 0.1, rel=0.2)


def test_a_clip_in_which_nothing_moves_has_no_objects():
    labels, _, summary = track([Body(np.tile([60, 36], (12, 1)))], 12)
    assert not summary.moves
    assert not labels.any()
    assert not summary.motion_scores


def picture(shift=0.0, seed=0):
    """A smooth random texture seen from a place, (h, w, 3) uint8."""
    rng = np.random.default_rng(seed)
    columns = np.arange(SIZE[1]) + shift
    waves = rng.uniform(0.2, 0.9, (12, 2)), rng.uniform(0, 6, 12)
    rows = np.arange(SIZE[0])[:, None]
    grey = sum(
        np.sin(fy * rows + fx * columns + phase)
        for (fy, fx), phase in zip(*waves)
    )
    grey = np.clip(128 + 25 * grey, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.mark.parametrize('moves', [True, False])
def test_pictures_tell_errors_of_the_flow_from_motion(moves):
    """A patch of wrong flow in a still scene, or of right flow."""
    tracker = ObjectTracker()
    rows, columns = slice(20, 44), slice(30, 60)
    soft = torch.zeros(SIZE)
    soft[rows, columns] = 1
    for frame in range(8):
        flow = torch.zeros(2, *SIZE)
        flow[0, rows, columns] = 3
        image = picture()
        if moves:
            image[rows, columns] = picture(-3.0 * frame, 1)[rows, columns]
        tracker.update(soft, flow, image)
    assert tracker.finish().moves == moves


def test_groups_are_objects_as_they_are():
    tracker = ObjectTracker()
    groups = torch.zeros(3, *SIZE)
    groups[1, 10:30, 10:40] = 1  # two parts of one group
    groups[1, 10:30, 60:70] = 1
    groups[2, 40:60, 80:110] = 1
    groups[0] = 1 - groups.sum(dim=0)
    flow = torch.zeros(2, *SIZE)
    flow[0] += 2 * groups[1] - 3 * groups[2]
    for _ in range(6):
        labels = tracker.update(groups, flow)
    mapping = tracker.finish().mapping
    assert mapping[int(labels[15, 15])] == mapping[int(labels[15, 65])] == 1
    assert mapping[int(labels[50, 90])] == 2


def test_without_flow_all_is_kept_and_nothing_is_judged():
    tracker = ObjectTracker(moving_only=True)
    soft = torch.zeros(SIZE)
    soft[10:30, 10:30] = 1
    labels = tracker.update(soft)
    summary = tracker.finish()
    assert summary.moves
    assert summary.mapping == {1: 1}
    assert np.isnan(summary.motion_scores[1])
    assert torch.equal(labels > 0, soft > 0.5)


def test_labels_have_the_size_of_the_masks_and_fill_them():
    tracker = ObjectTracker(max_side=64)
    soft = torch.zeros(150, 200)
    soft[31:81, 53:121] = 1
    labels = tracker.update(soft, torch.zeros(2, 30, 40))
    assert labels.dtype == torch.int32
    assert torch.equal(labels > 0, soft > 0)


def test_an_empty_foreground_is_no_object():
    tracker = ObjectTracker()
    labels = tracker.update(torch.zeros(SIZE), torch.zeros(2, *SIZE))
    assert not labels.any()
    summary = tracker.finish()
    assert summary.mapping == {} and not summary.moves


def test_memory_does_not_grow_with_the_length():
    """Flicker makes ever new numbers; what is kept of them is bounded."""
    tracker = ObjectTracker(max_missed=1)
    rng = np.random.default_rng(0)
    for _ in range(150):
        soft = torch.zeros(24, 32)
        row, column = rng.integers(0, (18, 26))
        soft[row:row + 5, column:column + 5] = 1
        tracker.update(soft)
    assert len(tracker._live) + len(tracker._ended) < 30
    assert len(tracker._pairs) < 30
    assert len(tracker.finish().mapping) > 50


@pytest.mark.parametrize(
    ('kwargs', 'message'),
    [
        (dict(num_objects=0), "'auto' or at least 1, got 0"),
        (dict(num_objects='two'), "'auto' or at least 1, got 'two'"),
        (dict(max_missed=-1), 'max_missed of at least 0'),
    ],
)
def test_rejects_impossible_settings(kwargs, message):
    with pytest.raises(ValueError, match=message):
        ObjectTracker(**kwargs)


def test_rejects_masks_of_another_shape():
    tracker = ObjectTracker()
    with pytest.raises(ValueError, match=r'\(h, w\) or \(K, h, w\)'):
        tracker.update(torch.zeros(1, 2, 3, 4))
    tracker.update(torch.zeros(20, 30))
    with pytest.raises(ValueError, match=r'expected masks of \(20, 30\)'):
        tracker.update(torch.zeros(20, 31))
    with pytest.raises(ValueError, match='uint8, got shape'):
        tracker.update(torch.zeros(20, 30), frame=np.zeros((20, 30)))
