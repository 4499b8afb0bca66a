import numpy as np

from mmmotion.convert.reference import ReferenceArrays, check_reference


def test_every_output_equals_the_original(golden):
    _, content = golden('flow_color.npz')
    arrays = ReferenceArrays(content)
    comparisons = check_reference('flow-color', {}, arrays)
    assert [str(c) for c in comparisons if not c.passed] == []
    assert arrays.unread == []
    assert len(comparisons) >= 10


def test_a_wrong_colour_fails(golden):
    _, content = golden('flow_color.npz')
    name = next(name for name in content if name.endswith('_rgb'))
    field = name.removesuffix('_rgb')
    arrays = {
        f'{field}_flow': content[f'{field}_flow'],
        name: content[name] + np.float32(1e-4),
    }
    comparison, = check_reference('flow-color', {}, arrays)
    assert comparison.name == name
    assert not comparison.passed
