"""The result of a video says what it lacks."""

import numpy as np
import pytest

from mmmotion.structures import ObjectTrack, VideoResult


def make_result(**changes):
    fields = dict(
        name='clip',
        size=(4, 6),
        fps=25.0,
        frame_names=('00000', '00001'),
        objects=(),
        verdict='nothing moves',
        settings={},
        labels=[np.zeros((4, 6), np.uint8)] * 2,
        soft_masks=[np.zeros((1, 2, 3), np.float32)] * 2,
        flows=[np.zeros((2, 2, 3), np.float32), None],
    )
    return VideoResult(**{**fields, **changes})


def test_length_is_the_number_of_frames():
    assert len(make_result()) == 2


def test_refuses_another_verdict():
    with pytest.raises(ValueError, match=r"'objects'.*got 'maybe'"):
        make_result(verdict='maybe')


def test_refuses_a_sequence_of_another_length():
    with pytest.raises(ValueError, match='flows of 2 frames, got 1'):
        make_result(flows=[None])


@pytest.mark.parametrize(
    'scores, is_counted, answer',
    [
        ((), True, 'nothing moves'),
        ((2.0, ), True, '1 moving object'),
        ((2.0, 3.0), True, '2 moving objects'),
        ((2.0, 0.5, np.nan), True, '3 objects, 1 of them moving'),
        ((np.nan, ), True, '1 object'),
        ((2.0, ), False, 'something moves, as one mask'),
        ((np.nan, ), False, 'something was found, as one mask'),
    ],
)
def test_the_answer_says_no_more_than_is_known(scores, is_counted, answer):
    objects = tuple(
        ObjectTrack(number, score, (1, 1), (None, None), (1.0, 1.0))
        for number, score in enumerate(scores, 1)
    )
    result = make_result(objects=objects, is_counted=is_counted)
    assert result.answer == answer
