import pickle

import numpy as np
import pytest
from mmengine.dataset import ConcatDataset

from mmmotion.datasets import BaseMotionDataset, FrameDraw, sample_rng


class Numbers(BaseMotionDataset):

    def load_data_list(self):
        return [
            dict(
                video_id='a',
                frame_id=str(i),
                frame_index=i,
                num_frames=5,
                available_gaps=(),
            ) for i in range(5)
        ]


def test_a_draw_survives_pickling():
    draw = FrameDraw(3, draw=70, seed=5, gaps=(1, -2))
    copy = pickle.loads(pickle.dumps(draw))
    assert copy == 3
    assert (copy.draw, copy.seed, copy.gaps) == (70, 5, (1, -2))


def test_a_plain_index_is_its_own_draw():
    draw = FrameDraw.wrap(4)
    assert (int(draw), draw.draw, draw.seed, draw.gaps) == (4, 4, 0, None)


def test_the_draw_reaches_the_parts_of_a_concatenated_data_set():
    both = ConcatDataset([Numbers(), Numbers()])
    results = both[FrameDraw(7, draw=99, seed=3, gaps=(1, ))]
    assert results['frame_index'] == 2
    assert results['draw'] == 99
    assert results['seed'] == 3
    assert results['gaps'] == (1, )


@pytest.mark.parametrize(
    'change',
    [dict(seed=2), dict(draw=2), dict(name='B')]
)
def test_random_numbers_depend_on_seed_draw_and_name(change):

    def numbers(seed=1, draw=1, name='A'):
        return sample_rng(dict(seed=seed, draw=draw), name).random(4)

    np.testing.assert_array_equal(numbers(), numbers())
    assert not np.array_equal(numbers(), numbers(**change))
