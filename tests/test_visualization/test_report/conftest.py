import numpy as np
import pytest

from mmmotion.structures import ObjectTrack, VideoResult


@pytest.fixture
def make_result():
    """Maker of a result: object 1 in the left half, 2 at the right, never 3.

    Object 2 is not seen in the first frame, and the last has no flow.
    """

    def make(num_frames=6, size=(40, 64), **changes):
        labels = np.zeros((num_frames, *size), np.uint8)
        labels[:, :, :size[1] // 2] = 1
        labels[1:, :size[0] // 4, -size[1] // 4:] = 2
        flow = np.ones((2, size[0] // 2, size[1] // 2), np.float32)
        tracks = tuple(
            ObjectTrack(
                object_id=number,
                motion_score=3.0 / number,
                areas=tuple(int((frame == number).sum()) for frame in labels),
                boxes=(None, ) * num_frames,
                scores=tuple(
                    0.5 if (frame == number).any() else 0.0 for frame in labels
                ),
            ) for number in (1, 2)
        )
        fields = dict(
            name='clip',
            size=size,
            fps=25.0,
            frame_names=tuple(f'{i:05d}' for i in range(num_frames)),
            objects=tracks,
            verdict='objects',
            settings=dict(method='gwm', weights=None, adapt=dict(iters=9)),
            labels=labels,
            soft_masks=np.zeros((num_frames, 2, 4, 4), np.float32),
            flows=[flow] * (num_frames - 1) + [None] * min(1, num_frames),
        )
        return VideoResult(**fields | changes)

    return make


@pytest.fixture
def frames():
    """Frames of size (40, 64), each of one grey that rises with the index."""
    return lambda index: np.full((40, 64, 3), 60 + 10 * index, np.uint8)
