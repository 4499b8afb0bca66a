import pytest

from mmmotion.registry import TRANSFORMS


def test_named_keys_are_dropped_if_present():
    transform = TRANSFORMS.build(
        dict(type='RemoveKeys', keys=['frames', 'frame_gaps'])
    )
    assert transform.transform(dict(frames=1, flows=2)) == dict(flows=2)


@pytest.mark.parametrize('keys', ['frames', []])
def test_keys_have_to_be_a_list(keys):
    with pytest.raises(ValueError, match='list of names'):
        TRANSFORMS.build(dict(type='RemoveKeys', keys=keys))
