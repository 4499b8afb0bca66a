import numpy as np
import pytest
import torch

from mmmotion.engine.adaptation import PredictionStore, prediction_store
from mmmotion.models.segmentors import FramePrediction
from mmmotion.structures import MotionDataSample

SETTINGS = dict(steps=2, model=dict(type='GWM', parts=[1, 2]))


@pytest.fixture
def messages(monkeypatch):
    texts = []
    monkeypatch.setattr(
        prediction_store, 'print_log', lambda text, **_: texts.append(text)
    )
    return texts


@pytest.fixture
def frames():
    made = []
    for name, size in (('07', (4, 6)), ('08', (5, 6))):
        sample = MotionDataSample(
            metainfo=dict(frame_id=name), pred_regions=torch.rand(3, *size)
        )
        made.append(FramePrediction(torch.rand(2, *size), {}, sample))
    return made


def test_what_was_written_is_read_bit_by_bit(tmp_path, frames, messages):
    store = PredictionStore(tmp_path / 'new' / 'folder')
    store.write('bear', SETTINGS, frames, [0.1, 0.3])
    stored = store.read('bear', SETTINGS)
    assert stored.losses == [0.1, 0.3]
    assert list(stored.masks) == ['07', '08']
    for frame in frames:
        name = frame.data_sample.frame_id
        assert torch.equal(stored.masks[name], frame.masks)
        regions = frame.data_sample.pred_regions
        assert torch.equal(stored.regions[name], regions)
    assert not messages


@pytest.mark.parametrize('name', ['a/b', 'a b', 'a@1', '..', 'Bär', 'a%2Fb'])
def test_every_name_of_a_video_has_a_file_of_its_own(tmp_path, frames, name):
    store = PredictionStore(tmp_path)
    store.write(name, SETTINGS, frames, [])
    assert store.path(name).parent == tmp_path
    assert len(list(tmp_path.iterdir())) == 1
    assert store.read(name, SETTINGS) is not None
    assert store.path('a') != store.path(name)


def test_other_settings_are_not_used_and_named(tmp_path, frames, messages):
    store = PredictionStore(tmp_path)
    assert store.read('bear', SETTINGS) is None
    assert not messages
    store.write('bear', SETTINGS, frames, [])
    other = dict(steps=3, model=dict(type='GWM', parts=[1], new=True))
    assert store.read('bear', other) is None
    assert 'bear.npz is not used' in messages[0]
    for text in ('steps was 2, is 3', 'model.parts was [1, 2], is [1]',
                 'model.new was None, is True'):
        assert text in messages[0]


@pytest.mark.parametrize('keep', [0, 1, 100, -100, -1])
def test_damaged_files_are_not_used(tmp_path, frames, messages, keep):
    store = PredictionStore(tmp_path)
    store.write('bear', SETTINGS, frames, [])
    path = store.path('bear')
    path.write_bytes(path.read_bytes()[:keep])
    assert store.read('bear', SETTINGS) is None
    assert 'the file is damaged' in messages[0]


def test_changed_bytes_are_noticed(tmp_path, frames, messages):
    store = PredictionStore(tmp_path)
    store.write('bear', SETTINGS, frames, [])
    path = store.path('bear')
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    middle = content.tobytes().index(b'masks_0.npy') + 60
    content[middle:middle + 20] ^= 255
    path.write_bytes(content.tobytes())
    assert store.read('bear', SETTINGS) is None
    assert 'the file is damaged' in messages[0]
