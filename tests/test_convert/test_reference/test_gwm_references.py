import pytest

from mmmotion.convert.reference import ReferenceArrays, check_reference


@pytest.mark.parametrize(
    'source, name, count',
    [
        ('gwm-unet', 'gwm_unet.npz', 1),
        ('gwm-unet', 'gwm_unet_bilinear.npz', 1),
        ('gwm-motion', 'gwm_motion.npz', 18),
    ],
)
def test_every_output_equals_the_original(golden, source, name, count):
    state, content = golden(name)
    arrays = ReferenceArrays(content)
    comparisons = check_reference(source, state, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == count
    assert arrays.unread == []


def test_a_missing_input_is_named(golden):
    _, content = golden('gwm_motion.npz')
    del content['flow']
    with pytest.raises(KeyError, match="no array 'flow'"):
        check_reference('gwm-motion', {}, ReferenceArrays(content))
