import numpy as np

from mmmotion.convert.reference import ReferenceArrays, check_reference


def test_everything_equals_the_original(golden):
    arrays = ReferenceArrays(golden('maa.npz')[1])
    comparisons = check_reference('maa', {}, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert len(comparisons) == 9
    assert arrays.unread == []


def test_a_part_of_the_file_is_enough_and_a_wrong_score_fails(golden):
    content = dict(golden('maa.npz')[1])
    for name in ('refined', 'semantic_threshold', 'affinity_mean'):
        del content[name]
    content['ncut'] = content['ncut'] + np.float64(1e-4)
    comparisons = check_reference('maa', {}, content)
    assert [c.name for c in comparisons if not c.passed] == ['ncut']
    assert len(comparisons) == 4
