import numpy as np
import pytest

from mmmotion.engine.pseudo_labels import LabelStore

SETTINGS = dict(weights='ab', refine=[dict(type='DenseCRF')])
SHARES = dict(a=0.25, b=0.0)


@pytest.fixture
def store(tmp_path):
    store = LabelStore(tmp_path)
    for name in SHARES:
        store.write('bear/1', name, np.zeros((4, 6), np.uint8))
    store.finish('bear/1', SETTINGS, SHARES)
    return store


def test_labels_of_the_same_settings_are_found(store):
    assert store.read('bear/1', SETTINGS, ['a', 'b']) == SHARES
    assert store.read('bear/1', dict(weights='ab'), ['b']) == dict(b=0.0)
    assert store.read('bear/2', SETTINGS, ['a']) is None


@pytest.mark.parametrize(
    'settings, names', [
        (dict(SETTINGS, weights='cd'), ['a']),
        (dict(SETTINGS, more=1), ['a']),
        (SETTINGS, ['a', 'c']),
    ]
)
def test_others_are_not(store, settings, names):
    assert store.read('bear/1', settings, names) is None


def test_a_video_is_complete_only_with_its_note_and_files(store, tmp_path):
    next(tmp_path.glob('*/b.png')).unlink()
    assert store.read('bear/1', SETTINGS, ['a']) == dict(a=0.25)
    assert store.read('bear/1', SETTINGS, ['a', 'b']) is None
    store.begin('bear/1')
    assert store.read('bear/1', SETTINGS, ['a']) is None
