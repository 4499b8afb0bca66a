from mmmotion.convert.reference import ReferenceArrays, check_reference


def test_every_output_equals_the_original(golden):
    state, content = golden('amd.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference('amd', state, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 11
    assert arrays.unread == []
