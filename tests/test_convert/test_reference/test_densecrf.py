import pytest

from mmmotion.convert.reference import ReferenceArrays, check_reference


def test_every_output_equals_the_definition(golden):
    _, content = golden('densecrf.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference('densecrf', {}, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert {c.name
            for c in comparisons} == {
                'unary_refine',
                'q_symmetric_5',
                'q_after_5',
                'lattice_q_symmetric_50',
            }
    assert arrays.unread == []


def test_wrong_values_fail(golden):
    _, content = golden('densecrf.npz')
    names = {'image', 'params', 'mask', 'unary_refine'}
    content['unary_refine'] = content['unary_refine'] + 1e-6
    content['lattice_q_symmetric_50'] = content['lattice_q_symmetric_50'] + 1
    names.add('lattice_q_symmetric_50')
    arrays = {name: content[name] for name in names}
    comparisons = check_reference('densecrf', {}, arrays)
    assert len(comparisons) == 2
    assert not any(c.passed for c in comparisons)


def test_a_missing_input_is_named(golden):
    _, content = golden('densecrf.npz')
    del content['image']
    with pytest.raises(KeyError, match="no array 'image'"):
        check_reference('densecrf', {}, ReferenceArrays(content))
