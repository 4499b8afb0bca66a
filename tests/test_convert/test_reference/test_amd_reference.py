import pytest

from mmmotion.convert.reference import ReferenceArrays, check_reference


def check(state, content):
    arrays = ReferenceArrays(content)
    comparisons = check_reference('amd', state, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert arrays.unread == []
    return len(comparisons)


def test_both_pathways_equal_the_original(golden):
    state, content = golden('amd.npz')
    content = {
        name: value
        for name, value in content.items()
        if not name.startswith(('train_', 'end_to_end'))
    }
    assert check(state, content) == 13


@pytest.mark.slow
def test_training_equals_the_original(golden):
    state, content = golden('amd.npz')
    assert check(state, content) == 17
