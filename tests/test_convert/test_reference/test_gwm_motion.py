import pytest

from mmmotion.convert.reference import ReferenceArrays, check_reference


def test_every_output_equals_the_original(golden):
    _, content = golden('gwm_motion.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference('gwm-motion', {}, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 18
    assert arrays.unread == []


def test_only_what_is_there_is_compared(golden):
    _, content = golden('gwm_motion.npz')
    names = {'flow', 'logits', 'affine_loss', 'affine_rec'}
    arrays = {name: content[name] for name in names}
    comparisons = check_reference('gwm-motion', {}, arrays)
    assert {c.name for c in comparisons} == {'affine_rec', 'affine_loss'}


def test_a_wrong_loss_fails(golden):
    _, content = golden('gwm_motion.npz')
    content['quadratic_loss'] = content['quadratic_loss'] * 1.001
    comparisons = check_reference('gwm-motion', {}, content)
    assert [c.name for c in comparisons if not c.passed] == ['quadratic_loss']


def test_a_missing_input_is_named(golden):
    _, content = golden('gwm_motion.npz')
    del content['flow']
    with pytest.raises(KeyError, match="no array 'flow'"):
        check_reference('gwm-motion', {}, ReferenceArrays(content))
