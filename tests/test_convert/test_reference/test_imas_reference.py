import pytest

from mmmotion.convert.reference import ReferenceArrays, check_reference

TRAINING = ('train_', 'grad')


def check(state, content):
    arrays = ReferenceArrays(content)
    comparisons = check_reference('imas', state, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert arrays.unread == []
    return len(comparisons)


def test_network_and_motion_equal_the_original(golden):
    state, content = golden('imas.npz')
    content = {k: v for k, v in content.items() if not k.startswith(TRAINING)}
    assert check(state, content) == 16


@pytest.mark.slow
def test_training_equals_the_original(golden):
    state, content = golden('imas.npz')
    assert check(state, content) == 25
